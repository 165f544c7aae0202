using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Deit.Checkpoints.PyTorch;

/// <summary>An open PyTorch checkpoint: its pickle is read and checked, its tensors are read when asked for.</summary>
internal sealed class PyTorchFile : WeightFile
{
    // Tensors may share a storage, and one element may stand for many. Still, all of them together are no more than so many times
    // the file, or than a model for play, so that reading what a small file describes takes no machine's memory.
    private const long MostCopies = 4;
    private const long SmallModelBytes = 16 << 20;

    private readonly FileBytes _file;
    private readonly TensorReader _reader;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private PyTorchFile(FileBytes file, string container, Checkpoint checkpoint, StateDictChoice choice)
        : base(file.Path)
    {
        _file = file;
        _reader = new(file);
        Format = $"PyTorch ({container}){(choice.Key is { } key ? $", {EntryText.Quote(key)}" : "")}";
        Names = [.. choice.Tensors.Select(static tensor => tensor.Key)];
        Ignored = choice.Ignored;
        _tensors = choice.Tensors.ToDictionary(
            static tensor => tensor.Key, tensor => Stored(tensor.Key, tensor.Value, checkpoint), StringComparer.Ordinal);
        RequireBounded();
    }

    /// <inheritdoc/>
    public override string Format { get; }

    /// <inheritdoc/>
    public override ImmutableArray<string> Names { get; }

    /// <inheritdoc/>
    public override ImmutableArray<string> Ignored { get; }

    /// <summary>Reads the pickle of a file of the zip format, which is the result's to close; where it is refused, it stays the caller's.</summary>
    public static PyTorchFile OpenZip(FileBytes file, string? key) => Open(file, "zip", ZipCheckpoint.Read, key);

    /// <summary>Reads the pickles of a file of the format before it.</summary>
    /// <inheritdoc cref="OpenZip"/>
    public static PyTorchFile OpenLegacy(FileBytes file, string? key) => Open(file, "legacy", LegacyCheckpoint.Read, key);

    /// <inheritdoc/>
    public override ImmutableArray<long> ShapeOf(string name) => Find(name).Shape;

    /// <inheritdoc/>
    public override ScalarType TypeOf(string name) => Find(name).Type.Torch;

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    private protected override void ReadElements(string name, Tensor target) => _reader.Read(Find(name), target);

    private static PyTorchFile Open(FileBytes file, string container, Func<FileBytes, Checkpoint> read, string? key)
    {
        try
        {
            Checkpoint checkpoint = read(file);
            return new(file, container, checkpoint, StateDictChoice.Of(checkpoint, key));
        }
        catch (InvalidDataException exception)
        {
            throw new DeitException($"'{file.Path}' is no PyTorch checkpoint that can be loaded: {exception.Message}.", exception);
        }
        catch (IOException exception)
        {
            throw new DeitException($"'{file.Path}' cannot be read: {exception.Message}", exception);
        }
    }

    private StoredTensor Find(string name) => _tensors.GetValueOrDefault(name) ?? throw NoTensor(name);

    private static StoredTensor Stored(string name, PickledTensor tensor, Checkpoint checkpoint)
    {
        PickledStorage storage = tensor.Storage;
        ElementType type = storage.Type ?? throw new InvalidDataException(
            $"tensor {EntryText.Quote(name)} lies in a {EntryText.Quote(storage.Class)}, but only {ElementType.Names} can be read");
        long begin = checkpoint.Storages[storage.Key] + (tensor.Offset * type.Size);
        return new(type, tensor.Shape, tensor.Strides, begin);
    }

    private void RequireBounded()
    {
        decimal bytes = _tensors.Values.Sum(static tensor => (decimal)tensor.Count * tensor.Type.Size);
        decimal most = ((decimal)_file.Length * MostCopies) + SmallModelBytes;
        if (bytes > most)
            throw new InvalidDataException($"its {_tensors.Count} tensors would take {bytes} bytes, but the file has only {_file.Length}");
    }
}
