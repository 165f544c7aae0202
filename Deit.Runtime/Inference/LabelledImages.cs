using System.Collections.Immutable;
using Deit.Compiler.Diagnostics;

namespace Deit.Inference;

/// <summary>Images whose classes are known, in the order of folders and files.</summary>
public sealed class LabelledImages
{
    // What lists of ImageNet's classes are called where they come with the images.
    private static readonly string[] ListNames = ["classes.txt", "LOC_synset_mapping.txt", "synset_words.txt"];
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".gif"];

    private LabelledImages(string folder, ImmutableArray<LabelledImage> images)
    {
        Folder = folder;
        Images = images;
    }

    /// <summary>The folder of the class folders.</summary>
    public string Folder { get; }

    /// <summary>The images.</summary>
    public ImmutableArray<LabelledImage> Images { get; }

    /// <summary>Finds the images of a folder: <c>CLASS/*</c>, or <c>val/CLASS/*</c> where there is a <c>val</c>.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="model">The model that is to tell them apart.</param>
    /// <param name="names">
    /// The model's classes, by which folders are known; null takes a list that lies beside the images. Without any, there must be a
    /// folder for every class, and their order is the classes'.
    /// </param>
    /// <exception cref="DeitException">There are no images, or their classes are not known to be the model's.</exception>
    public static LabelledImages Open(string root, ModelDescription model, ClassNames? names = null)
    {
        string inner = Path.Combine(root, "val");
        string folder = Directory.Exists(inner) ? inner : root;
        if (!Directory.Exists(folder)) throw new DeitException($"There is no folder '{root}': give the folder that holds a folder of images for every class.");

        string[] classes = [.. Directory.GetDirectories(folder).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        if (classes.Length == 0) throw new DeitException($"The folder '{folder}' holds no folders: images belong in '{Path.Combine(folder, "CLASS")}'.");
        Func<string, int> labelOf = Labels(classes, folder, model, names ?? ListBeside(folder));
        ImmutableArray<LabelledImage> images =
            [.. classes.SelectMany(name => FilesOf(Path.Combine(folder, name)).Select(path => new LabelledImage(path, labelOf(name))))];
        return images.IsEmpty
            ? throw new DeitException($"The folder '{folder}' has no images ({string.Join(", ", Extensions)}).")
            : new(folder, images);
    }

    private static Func<string, int> Labels(string[] classes, string folder, ModelDescription model, ClassNames? names)
    {
        ClassNames? known = names?.For(model);
        if (known is not null && classes.All(name => known.IndexOf(name) is not null)) return name => known.IndexOf(name)!.Value;

        // A folder for every class: their order is what the model was trained by, whatever else is known of their names.
        if (classes.Length == model.Classes) return name => Array.BinarySearch(classes, name, StringComparer.Ordinal);
        if (known is null)
        {
            throw new DeitException(
                $"{model.Name} tells {model.Classes} classes apart, but '{folder}' has {classes.Length} folders, and nothing says which "
                + $"classes those are: name all its classes in a file, one a line, as '{ListNames[0]}' beside the images or with --labels.");
        }

        string unknown = classes.First(name => known.IndexOf(name) is null);
        throw new DeitException(
            $"'{unknown}' in '{folder}' is none of the {known.Classes.Length} classes of {known.Source}. "
            + Suggestions.Sentence(unknown, known.Classes.Select(static known => known.Id)));
    }

    private static ClassNames? ListBeside(string folder)
    {
        string? parent = Path.GetDirectoryName(Path.GetFullPath(folder));
        string? list = new[] { folder, parent }
            .OfType<string>()
            .SelectMany(static place => ListNames.Select(name => Path.Combine(place, name)))
            .FirstOrDefault(File.Exists);
        return list is null ? null : ClassNames.Read(list);
    }

    private static IEnumerable<string> FilesOf(string folder) => Directory.GetFiles(folder)
        .Where(static path => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal);
}

/// <summary>An image whose class is known.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Label">The class, an index into the model's logits.</param>
public readonly record struct LabelledImage(string Path, int Label);
