using System.Collections.Immutable;
using Deit.Checkpoints;

namespace Deit.Finetuning;

/// <summary>Weights to begin a fine-tuning with: those of a model of the same architecture, whatever its classes and image size.</summary>
public static class AdaptedWeights
{
    /// <summary>
    /// Loads weights into a model. A head that tells another number of classes apart stays as it was initialised; position embeddings
    /// of another image size are interpolated (<see cref="PositionEmbedding.Interpolate"/>); all else must fit.
    /// </summary>
    /// <param name="model">The model to fill, on any device.</param>
    /// <param name="path">A safetensors file or a PyTorch checkpoint, under timm's names or Hugging Face's.</param>
    /// <param name="key">Which dictionary of a PyTorch checkpoint to take; null finds the usual ones.</param>
    /// <exception cref="DeitException">The file is malformed, or is of another architecture; the model is as it was.</exception>
    public static AdaptationReport Load(IVisionModel model, string path, string? key = null)
    {
        var adapter = new ModelAdapter(model);
        WeightsReport report = Weights.Load(model, path, new() { Key = key, Adapter = adapter });
        return new(path, report, adapter.Changes);
    }
}

/// <summary>What became of weights that were fitted into a model.</summary>
/// <param name="Path">Their file.</param>
/// <param name="Weights">What became of every entry.</param>
/// <param name="Changes">What was adapted, a sentence each; empty where everything fitted.</param>
public sealed record AdaptationReport(string Path, WeightsReport Weights, ImmutableArray<string> Changes);
