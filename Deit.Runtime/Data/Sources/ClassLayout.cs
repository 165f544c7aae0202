using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Deit.Data;

/// <summary>
/// Finds parts and classes in the names of files: <c>train/CLASS/*</c> and <c>val/CLASS/*</c>, or <c>CLASS/*</c>; or pairs as
/// WebDataset has them, <c>KEY.jpg</c> and <c>KEY.cls</c>, the number of its class. A folder around all that is passed over.
/// </summary>
internal sealed class ClassLayout
{
    private const string ClassExtension = ".cls";
    private const int MostClasses = 1_000_000;

    // Also what no decoder here knows: such a file is reported when it is read, not left out in silence.
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"];

    private readonly IFileStore _store;
    private readonly string _prefix;
    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);
    private readonly List<(int File, string Part, string Class)> _images = [];
    private readonly HashSet<(string Part, string Class)> _folders = [];
    private readonly HashSet<string> _parts = new(StringComparer.Ordinal);

    private ClassLayout(IFileStore store)
    {
        _store = store;
        _prefix = Around(store.Names);
    }

    /// <summary>Whether a name is that of an image.</summary>
    public static bool IsImage(string name) => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>A name that another shard has too, made its own without changing its part or class.</summary>
    public static string Qualify(string name, string shard)
    {
        int slash = name.LastIndexOf('/') + 1;
        return $"{name[..slash]}{shard}:{name[slash..]}";
    }

    /// <summary>Finds the images of a store.</summary>
    /// <param name="store">The files.</param>
    /// <param name="known">The classes that a model knows, in its order; null for those that are found, in ordinal order.</param>
    /// <exception cref="DeitException">There are no images, a class is empty, unknown, or in one part alone.</exception>
    public static ImageParts Read(IFileStore store, IReadOnlyList<string>? known)
    {
        var layout = new ClassLayout(store);
        layout.ReadNumbers();
        layout.FindImages();
        return layout.ToParts(known);
    }

    private static string Around(IReadOnlyList<string> names)
    {
        string prefix = "";
        while (true)
        {
            string[] tops = [.. names.Where(static name => !ArchiveNames.IsHidden(name))
                .Where(name => name.Length > prefix.Length)
                .Select(name => name[prefix.Length..].Split('/')[0])
                .Distinct(StringComparer.Ordinal)
                .Take(2)];
            bool holdsParts = SplitNames.All.Any(part => names.Any(name => name.StartsWith($"{prefix}{part}/", StringComparison.Ordinal)));
            bool isAround = tops.Length == 1
                && SplitNames.All.Any(part => names.Any(name => name.Contains($"/{part}/", StringComparison.Ordinal)));
            if (holdsParts || !isAround) return prefix;
            prefix += tops[0] + "/";
        }
    }

    private void ReadNumbers()
    {
        for (int file = 0; file < _store.Names.Count; file++)
        {
            string name = _store.Names[file];
            if (ArchiveNames.IsHidden(name) || !name.EndsWith(ClassExtension, StringComparison.OrdinalIgnoreCase)) continue;
            using PooledBytes bytes = _store.Read(file);
            string text = Encoding.UTF8.GetString(bytes.Span).Trim();
            bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < MostClasses;
            _numbers[name[..^ClassExtension.Length]] = isNumber
                ? text
                : throw new DeitException($"'{_store.Describe(name)}' must hold the number of a class, from 0 to {MostClasses - 1}, but holds '{text}'.");
        }
    }

    private void FindImages()
    {
        for (int file = 0; file < _store.Names.Count; file++)
        {
            string name = _store.Names[file];
            if (ArchiveNames.IsHidden(name) || name.Length <= _prefix.Length) continue;
            string[] steps = name[_prefix.Length..].Split('/');
            string part = SplitNames.All.Contains(steps[0]) && steps.Length > 1 ? steps[0] : "";
            string[] inner = part.Length > 0 ? steps[1..] : steps;
            if (part.Length > 0 || inner.Length > 1 || IsImage(name)) _parts.Add(part);
            if (inner.Length > 1 && inner[0].Length > 0) _folders.Add((part, inner[0]));
            if (!IsImage(name)) continue;
            string stem = name[..^Path.GetExtension(name).Length];
            string? label = _numbers.GetValueOrDefault(stem) ?? (inner.Length > 1 ? inner[0] : null);
            _images.Add((
                file,
                part,
                label ?? throw new DeitException($"'{_store.Describe(name)}' lies in no class's folder: images belong in 'train/CLASS' and 'val/CLASS'.")));
        }
    }

    private ImageParts ToParts(IReadOnlyList<string>? known)
    {
        string? train = _parts.Contains(SplitNames.Train) ? SplitNames.Train : _parts.Contains("") && _parts.Count == 1 ? "" : null;
        string? validation = SplitNames.Validation.FirstOrDefault(_parts.Contains);
        if (train is null && validation is null)
        {
            throw new DeitException($"The {Kind} '{_store.Path}' is empty: it needs images in 'train/CLASS' and 'val/CLASS'.");
        }

        ImmutableArray<string> classes = known is null ? Classes(train ?? validation!) : [.. known];
        if (known is not null) RequireKnown(known, train, validation);
        else if (train is not null && validation is not null) RequireSame(train, validation);
        return new(_store.Path, Part(train, classes), Part(validation, classes));
    }

    private string Kind => _store is FolderStore ? "folder" : "archive";

    private ImmutableArray<string> Classes(string part)
    {
        string[] found = [.. ClassesOf(part)];
        if (_numbers.Count == 0) return [.. found.Order(StringComparer.Ordinal)];
        int most = _numbers.Values.Max(static number => int.Parse(number, CultureInfo.InvariantCulture));
        return [.. Enumerable.Range(0, most + 1).Select(static number => number.ToString(CultureInfo.InvariantCulture))];
    }

    private IEnumerable<string> ClassesOf(string part) => _images.Where(image => image.Part == part).Select(static image => image.Class)
        .Concat(_numbers.Count > 0 ? [] : _folders.Where(folder => folder.Part == part).Select(static folder => folder.Class))
        .Distinct(StringComparer.Ordinal);

    private EncodedImages? Part(string? part, ImmutableArray<string> classes)
    {
        if (part is null) return null;
        if (!ClassesOf(part).Any()) throw new DeitException($"The folder '{Shown(part)}' is empty: it needs a folder of images for every class.");
        HashSet<string> present = [.. _images.Where(image => image.Part == part).Select(static image => image.Class)];
        foreach (string name in ClassesOf(part).Order(StringComparer.Ordinal))
        {
            if (present.Contains(name)) continue;
            throw new DeitException(
                $"The folder '{Shown(part, name)}' has no images ({string.Join(", ", Extensions)}): add some, or remove the folder.");
        }

        Dictionary<string, int> labels = classes.Select(static (name, label) => (name, label)).ToDictionary(StringComparer.Ordinal);
        IEnumerable<(int File, int Label)> files = _images
            .Where(image => image.Part == part)
            .OrderBy(image => Label(image.Class))
            .ThenBy(image => _store.Names[image.File], StringComparer.Ordinal)
            .Select(image => (image.File, Label(image.Class)));
        return new(part.Length > 0 ? Shown(part) : _store.Path, _store, classes, [.. files]);

        // A number is the class itself, whatever the classes are called.
        int Label(string name) => labels.TryGetValue(name, out int label) ? label : int.Parse(name, CultureInfo.InvariantCulture);
    }

    private void RequireKnown(IReadOnlyList<string> known, string? train, string? validation)
    {
        foreach (string part in new[] { train, validation }.OfType<string>())
        {
            string? unknown = _numbers.Count == 0
                ? ClassesOf(part).Except(known).Order(StringComparer.Ordinal).FirstOrDefault()
                : ClassesOf(part).FirstOrDefault(number => int.Parse(number, CultureInfo.InvariantCulture) >= known.Count);
            if (unknown is null) continue;
            throw new DeitException(
                $"'{Shown(part, unknown)}' is none of the {known.Count} known classes: remove it, or train anew with classes of its own.");
        }

        if (train is null || _numbers.Count > 0) return;
        string? missing = known.Except(ClassesOf(train)).FirstOrDefault();
        if (missing is not null)
        {
            throw new DeitException($"The class '{missing}' is known, but '{Shown(train)}' has no images of it: add them, or train anew.");
        }
    }

    private void RequireSame(string train, string validation)
    {
        if (_numbers.Count > 0) return;
        string[] ofTrain = [.. ClassesOf(train)];
        string[] ofValidation = [.. ClassesOf(validation)];
        if (ofTrain.Length == 0 || ofValidation.Length == 0) return;
        if (ofTrain.Except(ofValidation).FirstOrDefault() is { } untested) throw Missing(untested, train, validation);
        if (ofValidation.Except(ofTrain).FirstOrDefault() is { } untrained) throw Missing(untrained, validation, train);
    }

    private DeitException Missing(string name, string present, string absent) =>
        new($"The class '{name}' is in '{Shown(present)}' but not in '{Shown(absent)}': both need the same class folders.");

    private string Shown(params string[] steps) => _store.Describe(_prefix + string.Join('/', steps.Where(static step => step.Length > 0)));
}
