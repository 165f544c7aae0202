using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deit.Checkpoints;

namespace Deit.Training;

/// <summary>The JSON of run folders: names in camelCase, nulls written out.</summary>
internal static class RunJson
{
    private static readonly JsonSerializerOptions OneLine = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    private static readonly JsonSerializerOptions Indented = new(OneLine) { WriteIndented = true, NewLine = "\n" };

    /// <summary>A value on one line.</summary>
    public static string Line<T>(T value) => JsonSerializer.Serialize(value, OneLine);

    /// <summary>A value as a document for people.</summary>
    public static string Document<T>(T value) => JsonSerializer.Serialize(value, Indented);

    /// <summary>Writes a value as a document, in place of what is there.</summary>
    /// <exception cref="DeitException">The disk refuses.</exception>
    public static void Write<T>(string path, T value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Document(value) + "\n");
        AtomicFile.Write(path, bytes.Length, stream => stream.Write(bytes));
    }

    /// <summary>Reads a value back.</summary>
    /// <exception cref="DeitException">The text is not such a value.</exception>
    public static T Read<T>(string text, string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, OneLine) ?? throw new JsonException("it says null");
        }
        catch (JsonException exception)
        {
            throw new DeitException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }
}
