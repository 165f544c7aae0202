using System.Text.Json;
using Deit.Interchange;
using Deit.Pretrained;
using Deit.Training;

namespace Deit.Inference;

/// <summary>Weights, and what is known of how a model uses them.</summary>
/// <param name="Path">Their file.</param>
/// <param name="Preprocessing">How images are prepared for them.</param>
/// <param name="Names">The names of their classes; null where nobody says them.</param>
public sealed record LocatedWeights(string Path, Preprocessing Preprocessing, ClassNames? Names)
{
    private const int ImageNetClasses = 1000;

    /// <summary>
    /// Finds weights as <see cref="WeightLocation.Find"/> does, and what lies beside them: the <c>data.json</c> of a run, or the
    /// <c>config.json</c> of timm or transformers. Where nothing does, the model's own preprocessing holds, and a model of 1000 classes
    /// is taken for one of ImageNet.
    /// </summary>
    /// <param name="weights">A file, a folder, or <c>pretrained</c>.</param>
    /// <param name="model">The model that they are for.</param>
    /// <param name="imageSize">Height and width of the images, where they are not the model's.</param>
    /// <param name="download">How to download published weights.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <exception cref="DeitException">There is no such file, it cannot be downloaded, or what lies beside it is damaged.</exception>
    public static LocatedWeights Find(
        string weights, ModelDescription model, int? imageSize = null, DownloadOptions? download = null, CancellationToken cancellationToken = default)
    {
        string path = WeightLocation.Find(weights, model, download, cancellationToken);
        ClassNames? standard = model.Classes == ImageNetClasses ? ClassNames.ImageNet : null;
        if (PretrainedWeights.IsAskedFor(weights, out string? tag)) return new(path, PretrainedWeights.Find(model, tag, imageSize).Preprocessing, standard);

        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        return OfRun(path, folder, model)
            ?? OfConfiguration(path, System.IO.Path.Combine(folder, HubConfiguration.FileName), model, standard)
            ?? new(path, model.Preprocessing, standard);
    }

    /// <summary>Of weights that are in a run's folder, or in a checkpoint in it.</summary>
    private static LocatedWeights? OfRun(string path, string folder, ModelDescription model)
    {
        RunFolder? run = new[] { folder, System.IO.Path.GetDirectoryName(folder) }
            .OfType<string>().Select(RunFolder.At).FirstOrDefault(static run => File.Exists(run.DataFile));
        return run?.ReadData() is { } data && data.Classes.Length == model.Classes
            ? new(path, data.Preprocessing, ClassNames.Of(run.DataFile, data.Classes))
            : null;
    }

    private static LocatedWeights? OfConfiguration(string path, string file, ModelDescription model, ClassNames? standard)
    {
        if (!File.Exists(file)) return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            ClassNames? names = ClassNames.OfConfiguration(file, root);
            if (names?.Classes.Length != model.Classes) names = standard;
            return new(path, TimmPreprocessing.Read(root.TryGetProperty("pretrained_cfg", out JsonElement inner) ? inner : null) ?? model.Preprocessing, names);
        }
        catch (JsonException exception)
        {
            throw new DeitException($"'{file}' is damaged: {exception.Message}", exception);
        }
    }
}
