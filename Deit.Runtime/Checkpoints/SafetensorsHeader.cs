using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace Deit.Checkpoints;

/// <summary>A tensor's place in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last one.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, ImmutableArray<long> Shape, long Begin, long End);

/// <summary>The JSON header of a safetensors file, read from untrusted bytes.</summary>
/// <remarks>
/// The rules are those of https://github.com/huggingface/safetensors (README, "Format"). Every number is checked before it
/// is used, and since tensors neither overlap nor leave the file, reading all of them takes no more memory than the file is long.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header, in bytes.</summary>
    public const long MaxLength = 100_000_000;

    /// <summary>The key under which free text is kept; no tensor may have that name.</summary>
    public const string MetadataKey = "__metadata__";

    // Most of torch's operators refuse tensors of more dimensions.
    private const int MaxDimensions = 64;

    private SafetensorsHeader(ImmutableArray<SafetensorsEntry> entries, ImmutableDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their bytes.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <summary>The free text, empty where the file has none.</summary>
    public ImmutableDictionary<string, string> Metadata { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes that follow the header.</param>
    /// <exception cref="InvalidDataException">The file is malformed; the message says how.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{') throw new InvalidDataException("its header does not begin with '{'");
        if (!Utf8.IsValid(json)) throw new InvalidDataException("its header is not UTF-8");

        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        ImmutableDictionary<string, string>? metadata = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (NextProperty(ref reader) is { } name)
            {
                if (name == MetadataKey)
                {
                    if (metadata is not null) throw Duplicate(MetadataKey);
                    metadata = ReadMetadata(ref reader);
                }
                else if (!entries.TryAdd(name, ReadEntry(ref reader, name)))
                {
                    throw Duplicate(name);
                }
            }

            // Nothing but white space may follow: the reader throws at anything else.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"its header is not JSON (byte {exception.BytePositionInLine})", exception);
        }
        catch (InvalidOperationException exception)
        {
            // What the reader throws at a string with half a surrogate pair.
            throw new InvalidDataException("its header holds a string that is not Unicode", exception);
        }

        ImmutableArray<SafetensorsEntry> ordered =
            [.. entries.Values.OrderBy(static entry => entry.Begin).ThenBy(static entry => entry.End)];
        RequireContiguous(ordered, dataLength);
        return new(ordered, metadata ?? ImmutableDictionary<string, string>.Empty);
    }

    private static void RequireContiguous(ImmutableArray<SafetensorsEntry> ordered, long dataLength)
    {
        long position = 0;
        foreach (SafetensorsEntry entry in ordered)
        {
            string tensor = $"tensor {EntryText.Quote(entry.Name)}";
            if (entry.End > dataLength)
                throw new InvalidDataException($"{tensor} ends at byte {entry.End} of the data, but only {dataLength} bytes are there");
            if (entry.Begin < position)
                throw new InvalidDataException($"{tensor} begins at byte {entry.Begin} of the data, which belongs to the tensor before it");
            if (entry.Begin > position)
                throw new InvalidDataException($"bytes {position} to {entry.Begin} of the data, before {tensor}, belong to no tensor");
            position = entry.End;
        }

        if (position != dataLength)
            throw new InvalidDataException($"the last {dataLength - position} bytes belong to no tensor");
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string tensor = $"tensor {EntryText.Quote(name)}";
        Expect(ref reader, JsonTokenType.StartObject, tensor, "an object");
        ElementType? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        while (NextProperty(ref reader) is { } property)
        {
            switch (property)
            {
                case "dtype" when type is null:
                    type = ReadType(ref reader, tensor);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, $"{tensor}: shape", MaxDimensions);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, $"{tensor}: data_offsets", 2);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw new InvalidDataException($"{tensor} has two members '{property}'");
                default:
                    reader.Skip();
                    break;
            }
        }

        if (type is null || shape is not { } extents || offsets is not { Length: 2 } range)
            throw new InvalidDataException($"{tensor} lacks one of dtype, shape and both data_offsets");

        string described = $"{tensor} of type {type.Name} and shape {EntryText.Shape(extents.AsSpan())}";
        long bytes = type.BytesOf(extents.AsSpan()) ?? throw new InvalidDataException($"{described} is too large for any machine");
        if (range[1] < range[0] || range[1] - range[0] != bytes)
            throw new InvalidDataException($"{described} needs {bytes} bytes, but its data_offsets are {range[0]} and {range[1]}");

        return new(name, type, extents, range[0], range[1]);
    }

    private static ElementType ReadType(ref Utf8JsonReader reader, string tensor)
    {
        Expect(ref reader, JsonTokenType.String, $"{tensor}: dtype", "a string");
        string name = reader.GetString()!;
        return ElementType.Find(name) ?? throw new InvalidDataException(
            $"{tensor} has the dtype {EntryText.Quote(name)}, but only {ElementType.Names} can be read");
    }

    private static ImmutableArray<long> ReadNumbers(ref Utf8JsonReader reader, string what, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, what, "an array");
        ImmutableArray<long>.Builder numbers = ImmutableArray.CreateBuilder<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out ulong number) || number > long.MaxValue)
                throw new InvalidDataException($"{what} holds something that is no whole number from 0 to {long.MaxValue}");
            if (numbers.Count == most) throw new InvalidDataException($"{what} has more than {most} numbers");
            numbers.Add((long)number);
        }

        return numbers.DrainToImmutable();
    }

    private static ImmutableDictionary<string, string> ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey, "an object");
        var metadata = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        while (NextProperty(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String, $"{MetadataKey} {EntryText.Quote(key)}", "a string");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw Duplicate(key);
        }

        return metadata.ToImmutable();
    }

    /// <summary>The next member's name, or null at the object's end.</summary>
    private static string? NextProperty(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what, string kind)
    {
        reader.Read();
        if (reader.TokenType != type) throw new InvalidDataException($"{what} is not {kind}");
    }

    private static InvalidDataException Duplicate(string name) => new($"its header names {EntryText.Quote(name)} twice");
}
