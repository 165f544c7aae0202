using System.Buffers.Binary;
using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>An open safetensors file: its header is read and checked, its tensors are read when asked for.</summary>
/// <remarks>Made by <see cref="Safetensors.Open"/>.</remarks>
public sealed class SafetensorsFile : WeightFile
{
    private const int LengthBytes = 8;

    private readonly FileBytes _file;
    private readonly TensorReader _reader;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private SafetensorsFile(FileBytes file, long dataStart, SafetensorsHeader header)
        : base(file.Path)
    {
        _file = file;
        _reader = new(file);
        _tensors = header.Entries.ToDictionary(
            static entry => entry.Name,
            entry => StoredTensor.RowMajor(entry.Type, entry.Shape, dataStart + entry.Begin),
            StringComparer.Ordinal);
        Names = [.. header.Entries.Select(static entry => entry.Name)];
        Metadata = header.Metadata;
    }

    /// <inheritdoc/>
    public override string Format => "safetensors";

    /// <summary>The names of the tensors, in the order of their bytes.</summary>
    public override ImmutableArray<string> Names { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Checks the header of a file, which is the result's to close; where it is refused, it stays the caller's.</summary>
    internal static SafetensorsFile Open(FileBytes file)
    {
        try
        {
            byte[] header = ReadHeader(file);
            long dataStart = LengthBytes + header.Length;
            return new(file, dataStart, SafetensorsHeader.Parse(header, file.Length - dataStart));
        }
        catch (InvalidDataException exception)
        {
            throw new DeitException($"'{file.Path}' is no intact safetensors file: {exception.Message}. Fetch it or save it again.", exception);
        }
        catch (IOException exception)
        {
            throw new DeitException($"'{file.Path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public override ImmutableArray<long> ShapeOf(string name) => Find(name).Shape;

    /// <inheritdoc/>
    public override ScalarType TypeOf(string name) => Find(name).Type.Torch;

    /// <summary>Closes the file; tensors already read stay.</summary>
    public override void Dispose() => _file.Dispose();

    private protected override void ReadElements(string name, Tensor target) => _reader.Read(Find(name), target);

    private StoredTensor Find(string name) => _tensors.GetValueOrDefault(name) ?? throw NoTensor(name);

    private static byte[] ReadHeader(FileBytes file)
    {
        if (file.Length < LengthBytes) throw new InvalidDataException($"it has only {file.Length} bytes");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        file.Read(0, prefix);

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(file.Length - LengthBytes))
            throw new InvalidDataException($"its header should have {length} bytes, but only {file.Length - LengthBytes} follow");
        if (length > SafetensorsHeader.MaxLength)
            throw new InvalidDataException($"its header has {length} bytes, more than the {SafetensorsHeader.MaxLength} that are allowed");

        byte[] header = new byte[length];
        file.Read(LengthBytes, header);
        return header;
    }
}
