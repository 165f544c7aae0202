using System.Buffers.Binary;
using Deit.Checkpoints.PyTorch;
using TorchSharp;
using static Deit.Tests.Checkpoints.PickleBytes;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>Makes PyTorch checkpoints by hand, of both formats: what <c>torch.save</c> would write of an object and its storages.</summary>
internal sealed class TorchBytes
{
    private static readonly Dictionary<ScalarType, string> Classes = new()
    {
        [ScalarType.Float64] = "DoubleStorage",
        [ScalarType.Float32] = "FloatStorage",
        [ScalarType.Float16] = "HalfStorage",
        [ScalarType.BFloat16] = "BFloat16Storage",
        [ScalarType.Int64] = "LongStorage",
        [ScalarType.Int32] = "IntStorage",
        [ScalarType.Int16] = "ShortStorage",
        [ScalarType.Int8] = "CharStorage",
        [ScalarType.Byte] = "ByteStorage",
        [ScalarType.Bool] = "BoolStorage",
    };

    private readonly List<(byte[] Bytes, long Count)> _storages = [];

    /// <summary>Adds the elements of a tensor, in row-major order, as a storage.</summary>
    public PickleItem Storage(Tensor elements)
    {
        using DisposeScope scope = NewDisposeScope();
        _storages.Add((elements.detach().cpu().contiguous().bytes.ToArray(), elements.numel()));
        return PickleBytes.Storage(Classes[elements.dtype], $"{_storages.Count - 1}", elements.numel());
    }

    /// <summary>Adds a tensor with a storage of its own.</summary>
    public PickleItem Whole(Tensor tensor)
    {
        using Tensor contiguous = tensor.detach().contiguous();
        return PickleBytes.Tensor(Storage(tensor), 0, tensor.shape, contiguous.stride());
    }

    /// <summary>Adds tensors; the result is their state dictionary.</summary>
    public PickleItem State(IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        OrderedDict([.. tensors.Select(entry => (entry.Key, Whole(entry.Value)))]);

    /// <summary>A file of the zip format.</summary>
    public byte[] Zip(PickleItem root, byte protocol = 2, bool wide = false) => ZipBytes.Of(
        [
            new("archive/data.pkl", Of(root, protocol)),
            new("archive/byteorder", "little"u8.ToArray()),
            .. _storages.Select(static (storage, index) => new ZipItem($"archive/data/{index}", storage.Bytes)),
            new("archive/version", "3\n"u8.ToArray()),
            new("archive/.data/serialization_id", new byte[40]),
        ],
        wide);

    /// <summary>A file of the format before it.</summary>
    public byte[] Legacy(PickleItem root, byte protocol = 2) =>
    [
        .. Of(static pickle => pickle.Op(PickleOpcode.Long1, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19), protocol),
        .. Of(Int(1001), protocol),
        .. Of(Dict(("protocol_version", Int(1001)), ("little_endian", Bool(true))), protocol),
        .. Of(root, protocol),
        .. Of(List([.. Enumerable.Range(0, _storages.Count).Select(static index => Text($"{index}"))]), protocol),
        .. _storages.SelectMany(static storage => Counted(storage.Bytes, storage.Count)),
    ];

    private static byte[] Counted(byte[] content, long count)
    {
        var bytes = new byte[sizeof(long) + content.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
        content.CopyTo(bytes, sizeof(long));
        return bytes;
    }
}
