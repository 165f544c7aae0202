using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>The bytes of a safetensors file: laid out when made, written tensor by tensor.</summary>
internal sealed class SafetensorsWriter
{
    private const int HeaderAlignment = 8;
    private const int BufferSize = 1 << 20;

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _path;
    private readonly ImmutableArray<(SafetensorsEntry Entry, SafetensorsContent Content)> _tensors;
    private readonly byte[] _header;

    /// <summary>Lays out the file; no tensor is read or copied.</summary>
    /// <exception cref="DeitException">A name occurs twice or is no text, or a tensor cannot be stored.</exception>
    public SafetensorsWriter(string path, IEnumerable<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        _path = path;
        _tensors = Place(tensors);
        _header = Header(metadata);
    }

    /// <summary>Bytes of the whole file.</summary>
    public long Length => sizeof(ulong) + _header.Length + (_tensors.IsEmpty ? 0 : _tensors[^1].Entry.End);

    /// <summary>Writes the file; at most one tensor is read or copied at a time.</summary>
    public void WriteTo(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)_header.Length);
        stream.Write(prefix);
        stream.Write(_header);
        foreach ((SafetensorsEntry entry, SafetensorsContent content) in _tensors)
        {
            using var scope = NewDisposeScope();
            Contiguous(entry, content.Read()).WriteBytesToStream(stream, (int)Math.Min(entry.End - entry.Begin, BufferSize));
        }
    }

    private Tensor Contiguous(SafetensorsEntry entry, Tensor tensor)
    {
        if (tensor.is_sparse) throw Refused($"tensor {EntryText.Quote(entry.Name)} is sparse; make it dense first");
        try
        {
            return tensor.detach().cpu().contiguous();
        }
        catch (ExternalException exception)
        {
            string reason = exception.Message.Split('\n')[0];
            throw new DeitException(
                $"'{_path}' was not written: tensor {EntryText.Quote(entry.Name)} has no readable elements: {reason}", exception);
        }
    }

    /// <summary>The order of the format's own writer: falling alignment of the type, then name.</summary>
    private ImmutableArray<(SafetensorsEntry Entry, SafetensorsContent Content)> Place(IEnumerable<SafetensorsContent> tensors)
    {
        var typed = tensors
            .Select(content => (Content: content, Type: TypeOf(content)))
            .OrderBy(static item => ElementType.All.IndexOf(item.Type))
            .ThenBy(static item => item.Content.Name, StringComparer.Ordinal);

        var placed = ImmutableArray.CreateBuilder<(SafetensorsEntry, SafetensorsContent)>();
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        long position = 0;
        foreach ((SafetensorsContent content, ElementType type) in typed)
        {
            string name = content.Name;
            if (!names.Add(name)) throw Refused($"two tensors would have the name {EntryText.Quote(name)}, or it is reserved");
            RequireUnicode(name);
            long end = position + type.BytesOf(content.Shape.AsSpan())!.Value;
            placed.Add((new(name, type, content.Shape, position, end), content));
            position = end;
        }

        return placed.DrainToImmutable();
    }

    private ElementType TypeOf(SafetensorsContent content) =>
        ElementType.Find(content.Type) ?? throw Refused(
            $"tensor {EntryText.Quote(content.Name)} has the type {content.Type}, but only {ElementType.Names} can be stored");

    private byte[] Header(IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            foreach ((SafetensorsEntry entry, _) in _tensors) WriteEntry(json, entry);
            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (HeaderAlignment - 1);
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenCount <= SafetensorsHeader.MaxLength
            ? buffer.WrittenSpan.ToArray()
            : throw Refused($"its header would have {buffer.WrittenCount} bytes, of which {SafetensorsHeader.MaxLength} are allowed");
    }

    private void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null) return;
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string text) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            RequireUnicode(key);
            RequireUnicode(text);
            json.WriteString(key, text);
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.Type.Name);
        json.WriteStartArray("shape");
        foreach (long extent in entry.Shape) json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Half a surrogate pair would be written as a replacement character: another name, perhaps one already taken.</summary>
    private void RequireUnicode(string text)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new DeitException($"'{_path}' was not written: {EntryText.Quote(text)} is not Unicode text.", exception);
        }
    }

    private DeitException Refused(string reason) => new($"'{_path}' was not written: {reason}.");
}
