using System.Collections.Immutable;
using Deit.Compiler.Diagnostics;
using Deit.Data;

namespace Deit.Inference;

/// <summary>Images whose classes are known.</summary>
public sealed class LabelledImages
{
    // What lists of ImageNet's classes are called where they come with the images.
    private static readonly string[] ListNames = ["classes.txt", "LOC_synset_mapping.txt", "synset_words.txt"];

    private LabelledImages(IImageDataset dataset, ImmutableArray<LabelledImage> images)
    {
        Dataset = dataset;
        Images = images;
    }

    /// <summary>What the images are called: their folder, or their archive and the folder in it.</summary>
    public string Folder => Dataset.Name;

    /// <summary>The images' own dataset; labels there are by the order of its own classes.</summary>
    public IImageDataset Dataset { get; }

    /// <summary>The images, in the dataset's order.</summary>
    public ImmutableArray<LabelledImage> Images { get; }

    /// <summary>
    /// Finds images: the part to judge by, <c>val/CLASS/*</c>, where there is one, else <c>CLASS/*</c>; in a folder, in zip or tar
    /// archives, or of any other kind that <see cref="Datasets"/> knows.
    /// </summary>
    /// <param name="root">Where they are.</param>
    /// <param name="model">The model that is to tell them apart.</param>
    /// <param name="names">
    /// The model's classes, by which folders are known; null takes a list that lies beside the images. Without any, there must be a
    /// folder for every class, and their order is the classes'.
    /// </param>
    /// <exception cref="DeitException">There are no images, or their classes are not known to be the model's.</exception>
    public static LabelledImages Open(string root, ModelDescription model, ClassNames? names = null)
    {
        IImageDataset dataset = Datasets.OpenForValidation(root);
        string[] classes = [.. dataset.ClassNames];
        Func<string, int> labelOf = Labels(classes, dataset.Name, model, names ?? ListBeside(dataset.Name) ?? ListBeside(root));
        int[] labels = [.. classes.Select(labelOf)];
        return new(dataset, [.. Enumerable.Range(0, dataset.Count).Select(index => new LabelledImage(dataset.Describe(index), labels[dataset.Label(index)]))]);
    }

    private static Func<string, int> Labels(string[] classes, string folder, ModelDescription model, ClassNames? names)
    {
        ClassNames? known = names?.For(model);
        if (known is not null && classes.All(name => known.IndexOf(name) is not null)) return name => known.IndexOf(name)!.Value;

        // A folder for every class: their order is what the model was trained by, whatever else is known of their names.
        if (classes.Length == model.Classes) return name => Array.IndexOf(classes, name);
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
}

/// <summary>An image whose class is known.</summary>
/// <param name="Path">Where it is: its file, or its archive and the name in it.</param>
/// <param name="Label">The class, an index into the model's logits.</param>
public readonly record struct LabelledImage(string Path, int Label);
