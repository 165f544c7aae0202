using System.Text;
using Deit.Checkpoints;
using Deit.Compiler.Specs;
using Deit.Inference;

namespace Deit.Interchange;

/// <summary>The folder that timm and transformers load a model from: <c>model.safetensors</c> and <c>config.json</c>.</summary>
/// <example><c>timm.create_model("local-dir:FOLDER", pretrained=True)</c></example>
public static class HubFolder
{
    /// <summary>Writes a model with its weights.</summary>
    /// <param name="folder">The folder; files of these names in it are replaced.</param>
    /// <param name="model">A generated model.</param>
    /// <param name="known">Models under timm's names, one of which the model is or derives from in timm's terms.</param>
    /// <param name="preprocessing">How its images are prepared.</param>
    /// <param name="names">The names of its classes; null names none.</param>
    /// <param name="tag">What to call the weights, as timm does: <c>fb_in1k</c>.</param>
    /// <exception cref="DeitException">timm has no such model, or the disk refuses.</exception>
    public static void Save(
        string folder, IVisionModel model, ModelRegistry known, Preprocessing preprocessing, ClassNames? names = null, string tag = "deit")
    {
        ModelSpec spec = GeneratedSpec.Of(model.GetType())
            ?? throw new DeitException($"{model.Description.Name} was not generated from a spec, so that nothing can say what it is in timm's terms.");
        var architecture = TimmArchitecture.Of(spec, TimmModels(known));
        ClassNames? written = ReferenceEquals(names, ClassNames.ImageNet) ? null : names?.For(model.Description);
        byte[] configuration = Encoding.UTF8.GetBytes(HubConfiguration.Write(model, spec, architecture, preprocessing, written, tag));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"The folder '{folder}' cannot be made: {exception.Message} Choose another.", exception);
        }

        Safetensors.Save(Path.Combine(folder, CheckpointFolder.ModelFile), StateDict.Of(model.Module), new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.Write(Path.Combine(folder, HubConfiguration.FileName), configuration.Length, stream => stream.Write(configuration));
    }

    /// <summary>The models of a registry that timm has: those whose weights were published.</summary>
    internal static IEnumerable<ModelSpec> TimmModels(ModelRegistry known) => known.Models
        .Where(static model => !model.Description.PublishedWeights.IsEmpty)
        .Select(static model => GeneratedSpec.Of(model.ModelType))
        .OfType<ModelSpec>();
}
