using Deit.Checkpoints;
using Deit.Training;

namespace Deit.Pretrained;

/// <summary>Where weights are that somebody named in one of the usual ways.</summary>
public static class WeightLocation
{
    // In the order in which timm and transformers look for them.
    private static readonly string[] FilesOfFolders = [CheckpointFolder.ModelFile, "pytorch_model.bin", "pytorch_model.pth", "model.pth"];

    /// <summary>Finds the file of weights; downloads it if need be.</summary>
    /// <param name="weights">
    /// A file; the folder of a run, whose last checkpoint is meant; the folder of a checkpoint, or one as timm and transformers write
    /// it; or <c>pretrained</c>, <c>pretrained:TAG</c> for the weights that were published for the model.
    /// </param>
    /// <param name="model">The model that they are for.</param>
    /// <param name="download">How to download published weights.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="DeitException">There is no such file, or it cannot be downloaded.</exception>
    public static string Find(
        string weights, ModelDescription model, DownloadOptions? download = null, CancellationToken cancellationToken = default)
    {
        if (PretrainedWeights.IsAskedFor(weights, out string? tag)) return PretrainedWeights.Download(model, tag, download, cancellationToken);
        return Directory.Exists(weights) ? InFolder(weights) : File.Exists(weights) ? weights : throw Missing(weights);
    }

    /// <summary>Refuses what <see cref="Find"/> would refuse without asking a server.</summary>
    /// <exception cref="DeitException">There is no such file, or no weights were published for the model.</exception>
    public static void Require(string weights, ModelDescription model)
    {
        if (PretrainedWeights.IsAskedFor(weights, out string? tag)) PretrainedWeights.Find(model, tag);
        else Find(weights, model);
    }

    private static string InFolder(string folder)
    {
        string checkpoint = RunFolder.At(folder).LastCheckpoint;

        // Finishes what was interrupted while the checkpoint was replaced.
        CheckpointFolder.Find(checkpoint);
        return new[] { checkpoint, folder }
            .SelectMany(static place => FilesOfFolders.Select(file => Path.Combine(place, file)))
            .FirstOrDefault(File.Exists)
            ?? throw new DeitException(
                $"The folder '{folder}' has no weights: it is no run with a checkpoint, and holds none of {string.Join(", ", FilesOfFolders)}. "
                + "Name the file of the weights.");
    }

    private static DeitException Missing(string weights) => new(
        $"There are no weights at '{weights}': name a file, the folder of a run, or '{PretrainedWeights.Keyword}' for published weights.");
}
