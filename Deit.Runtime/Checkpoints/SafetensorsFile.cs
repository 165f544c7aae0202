using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Deit.Compiler.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>An open safetensors file: its header is read and checked, its tensors are read when asked for.</summary>
/// <remarks>Not to be read from several threads at once. Made by <see cref="Safetensors.Open"/>.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const int BufferSize = 1 << 20;

    private readonly FileStream _stream;
    private readonly long _dataStart;
    private readonly FrozenDictionary<string, SafetensorsEntry> _entries;

    private SafetensorsFile(string path, FileStream stream, long dataStart, SafetensorsHeader header)
    {
        Path = path;
        _stream = stream;
        _dataStart = dataStart;
        _entries = header.Entries.ToFrozenDictionary(static entry => entry.Name, StringComparer.Ordinal);
        Names = [.. header.Entries.Select(static entry => entry.Name)];
        Metadata = header.Metadata;
    }

    /// <summary>The file's path, as it was given.</summary>
    public string Path { get; }

    /// <summary>The names of the tensors, in the order of their bytes.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The free text of the file, such as <c>format: pt</c>; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    internal static SafetensorsFile Open(string path)
    {
        FileStream? stream = null;
        try
        {
            // The tensors are read in large pieces straight into their memory: a buffer of the stream's own would only copy once more.
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            byte[] header = ReadHeader(stream);
            long dataStart = LengthBytes + header.Length;
            return new(path, stream, dataStart, SafetensorsHeader.Parse(header, stream.Length - dataStart));
        }
        catch (InvalidDataException exception)
        {
            stream?.Dispose();
            throw new DeitException($"'{path}' is no intact safetensors file: {exception.Message}. Fetch it or save it again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            stream?.Dispose();
            throw new DeitException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="DeitException">The file has no tensor of that name.</exception>
    public ImmutableArray<long> ShapeOf(string name) => Find(name).Shape;

    /// <summary>The element type of a tensor.</summary>
    /// <exception cref="DeitException">The file has no tensor of that name.</exception>
    public ScalarType TypeOf(string name) => Find(name).Type.Torch;

    /// <summary>Reads one tensor; the caller, or the current dispose scope, owns it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Where to put it; null is the CPU.</param>
    /// <exception cref="DeitException">The file has no tensor of that name, or the disk fails.</exception>
    public Tensor Read(string name, Device? device = null)
    {
        SafetensorsEntry entry = Find(name);
        using var scope = NewDisposeScope();
        Tensor tensor = entry.Type.Torch == ScalarType.Bool
            ? ReadElements(entry, ScalarType.Byte).ne(0) // a bool of any other byte than 0 and 1 would be undefined in torch
            : ReadElements(entry, entry.Type.Torch);
        if (device is not null && device.type != DeviceType.CPU) tensor = tensor.to(device);
        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file; tensors already read stay.</summary>
    public void Dispose() => _stream.Dispose();

    private Tensor ReadElements(SafetensorsEntry entry, ScalarType type)
    {
        Tensor tensor = empty(entry.Shape.AsSpan(), dtype: type, device: CPU);
        try
        {
            _stream.Position = _dataStart + entry.Begin;
            tensor.ReadBytesFromStream(_stream, (int)Math.Min(entry.End - entry.Begin, BufferSize));
            return tensor;
        }
        catch (IOException exception)
        {
            throw new DeitException($"'{Path}': tensor {EntryText.Quote(entry.Name)} cannot be read: {exception.Message}", exception);
        }
    }

    private SafetensorsEntry Find(string name) =>
        _entries.GetValueOrDefault(name)
        ?? throw new DeitException($"'{Path}' has no tensor {EntryText.Quote(name)}. {Suggestions.Sentence(name, Names)}");

    private static byte[] ReadHeader(FileStream stream)
    {
        Span<byte> prefix = stackalloc byte[LengthBytes];
        if (stream.ReadAtLeast(prefix, LengthBytes, throwOnEndOfStream: false) < LengthBytes)
            throw new InvalidDataException($"it has only {stream.Length} bytes");

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(stream.Length - LengthBytes))
            throw new InvalidDataException($"its header should have {length} bytes, but only {stream.Length - LengthBytes} follow");
        if (length > SafetensorsHeader.MaxLength)
            throw new InvalidDataException($"its header has {length} bytes, more than the {SafetensorsHeader.MaxLength} that are allowed");

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        return header;
    }
}
