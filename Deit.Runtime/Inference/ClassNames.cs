using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Deit.Inference;

/// <summary>A class of a model.</summary>
/// <param name="Id">What its folder of images is called: for ImageNet the WordNet number, <c>n02123045</c>.</param>
/// <param name="Label">What people call it: <c>tabby</c>.</param>
public sealed record ModelClass(string Id, string Label);

/// <summary>The names of a model's classes, in the order of its logits.</summary>
public sealed partial class ClassNames
{
    private readonly Dictionary<string, int> _indices;

    /// <summary>Makes the names of some classes.</summary>
    /// <param name="source">Where they are from, for messages.</param>
    /// <param name="classes">The classes.</param>
    public ClassNames(string source, IEnumerable<ModelClass> classes)
    {
        Source = source;
        Classes = [.. classes];
        _indices = new(StringComparer.Ordinal);

        // A name that two classes share is the first one's.
        for (int i = 0; i < Classes.Length; i++) _indices.TryAdd(Classes[i].Id, i);
    }

    /// <summary>The classes of ImageNet-1k; their ids are their labels.</summary>
    public static ClassNames ImageNet => ImageNetNames.Value;

    /// <summary>Where the names are from.</summary>
    public string Source { get; }

    /// <summary>The classes.</summary>
    public ImmutableArray<ModelClass> Classes { get; }

    private static Lazy<ClassNames> ImageNetNames { get; } = new(static () =>
    {
        using var reader = new StreamReader(typeof(ClassNames).Assembly.GetManifestResourceStream("Deit.Inference.imagenet.txt")!);
        return new("ImageNet-1k", Parse(reader.ReadToEnd()));
    });

    /// <summary>Names without anything to tell ids and labels apart.</summary>
    public static ClassNames Of(string source, IEnumerable<string> names) => new(source, names.Select(static name => new ModelClass(name, name)));

    /// <summary>
    /// Reads a file of names: a class a line, either <c>NAME</c> or, as ImageNet's lists are, <c>n02123045 tabby, tabby cat</c>; or
    /// the <c>config.json</c> of timm or transformers; or a JSON list of names.
    /// </summary>
    /// <exception cref="DeitException">The file cannot be read, or has no names.</exception>
    public static ClassNames Read(string path)
    {
        string text = ReadText(path);
        ImmutableArray<ModelClass> classes = text.TrimStart() is ['{' or '[', ..] ? ParseJson(path, text) : Parse(text);
        return classes.Length > 0 ? new(path, classes) : throw new DeitException($"'{path}' names no classes: write one a line.");
    }

    /// <summary>The class of an id; null where there is none.</summary>
    public int? IndexOf(string id) => _indices.TryGetValue(id, out int index) ? index : null;

    /// <summary>Refuses names of another number of classes than a model's.</summary>
    /// <exception cref="DeitException">The numbers differ.</exception>
    public ClassNames For(ModelDescription model) => Classes.Length == model.Classes
        ? this
        : throw new DeitException($"{Source} names {Classes.Length} classes, but {model.Name} tells {model.Classes} apart: give the names of all its classes.");

    /// <summary>The names that a configuration of timm (<c>label_names</c>) or transformers (<c>id2label</c>) holds; null where none.</summary>
    internal static ClassNames? OfConfiguration(string source, JsonElement configuration)
    {
        JsonElement inner = Find(configuration, "pretrained_cfg") ?? configuration;
        JsonElement? names = Find(configuration, "label_names") ?? Find(inner, "label_names") ?? Find(configuration, "id2label");
        if (names is not { } found) return null;
        JsonElement? descriptions = Find(configuration, "label_descriptions") ?? Find(inner, "label_descriptions");
        IEnumerable<string> ids = found.ValueKind switch
        {
            JsonValueKind.Array => found.EnumerateArray().Select(Text),
            JsonValueKind.Object => found.EnumerateObject().OrderBy(Number).Select(static entry => Text(entry.Value)),
            _ => [],
        };
        return new(source, ids.Select(id => new ModelClass(id, (descriptions is { } map ? Find(map, id) : null) is { } label ? Text(label) : id)));
    }

    private static ImmutableArray<ModelClass> Parse(string text)
    {
        string[] lines = [.. text.ReplaceLineEndings("\n").Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0)];

        // Only where every line begins so: a class may well be called "n1 receptor".
        bool haveIds = lines.All(static line => WordNetId().IsMatch(line));
        return [.. lines.Select(line => haveIds ? new ModelClass(line[..9], line.Length > 10 ? line[10..].Trim() : line) : new ModelClass(line, line))];
    }

    private static ImmutableArray<ModelClass> ParseJson(string path, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? [.. root.EnumerateArray().Select(static item => new ModelClass(Text(item), Text(item)))]
                : OfConfiguration(path, root)?.Classes ?? [];
        }
        catch (JsonException exception)
        {
            throw new DeitException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"The names of the classes cannot be read: {exception.Message}", exception);
        }
    }

    private static JsonElement? Find(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

    private static long Number(JsonProperty entry) =>
        long.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : long.MaxValue;

    [GeneratedRegex(@"^n\d{8}(\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex WordNetId();
}
