using Deit.Checkpoints;
using Deit.Cli.Commands;
using Deit.Finetuning;
using Deit.Inference;
using Deit.Pretrained;

namespace Deit.Cli.Specs;

/// <summary>A model with the weights that the command line names for it.</summary>
/// <param name="Model">The model, in evaluation mode.</param>
/// <param name="Weights">Its weights, and what is known of how it uses them.</param>
internal sealed record LoadedModel(IVisionModel Model, LocatedWeights Weights) : IDisposable
{
    /// <summary>Finds, makes and fills a model; published weights are downloaded if need be.</summary>
    /// <param name="terminal">Where to show a download.</param>
    /// <param name="model">The model's name or file.</param>
    /// <param name="weights">A file, a folder, or <c>pretrained</c>.</param>
    /// <param name="imageSize">Height and width of the images; null for those that the model is declared for.</param>
    /// <param name="isSilent">Whether nothing may be written but the answer.</param>
    public static LoadedModel Load(Terminal terminal, string model, string weights, int? imageSize = null, bool isSilent = false)
    {
        RegisteredModelAttribute declared = ModelArgument.Find(model);
        RegisteredModelAttribute registered = imageSize is { } size ? ModelArgument.Resize(declared, size) : declared;
        if (PretrainedWeights.IsAskedFor(weights, out string? tag)) DownloadCommand.Run(terminal, declared.Description, tag, new(), isSilent);
        LocatedWeights located = LocatedWeights.Find(weights, declared.Description, imageSize);
        IVisionModel instance = registered.Create();
        try
        {
            // For another size, and for nothing else, weights may be fitted.
            if (ReferenceEquals(registered, declared)) Checkpoints.Weights.Load(instance, located.Path);
            else AdaptedWeights.Load(instance, located.Path);
            instance.Module.eval();
            return new(instance, located);
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();
}
