using System.Collections.Immutable;
using System.Reflection;
using Deit.Checkpoints;
using Deit.Compiler.Onnx;

namespace Deit.Onnx;

/// <summary>Writes a model as an ONNX file: the graph that its class was generated from, and its weights.</summary>
internal static class OnnxExport
{
    /// <inheritdoc cref="IVisionModel.ExportOnnx"/>
    public static void Write(IVisionModel model, string path, OnnxOptions options)
    {
        Check.Value("The number of inline bytes", options.InlineBytes, options.InlineBytes is >= 0 and <= OnnxOptions.MostInlineBytes, $"from 0 to {OnnxOptions.MostInlineBytes}");
        ModelDescription description = model.Description;
        if (!options.Labels.IsDefaultOrEmpty && options.Labels.Length != description.Classes)
        {
            throw new DeitException($"{description.Name} has {description.Classes} classes, but there are {options.Labels.Length} labels. Give one for each, in the order of the logits.");
        }

        OnnxGraph graph = GraphOf(model);
        ImmutableArray<OnnxTensor> weights = OnnxWeights.Find(graph, model.Module);
        bool isExternal = weights.Sum(static weight => weight.Bytes) > options.InlineBytes;
        string externalPath = path + ".data";
        var file = new OnnxFile(graph, weights, description, options, isExternal ? Path.GetFileName(externalPath) : null);
        AtomicFile.Write(path, file.Length, stream =>
        {
            file.WriteTo(stream);

            // Inside, so that neither file is replaced before both are written.
            if (isExternal) AtomicFile.Write(externalPath, file.ExternalLength, file.WriteExternalTo);
        });
    }

    private static OnnxGraph GraphOf(IVisionModel model)
    {
        string name = model.Description.Name;
        string spec = model.GetType().GetCustomAttribute<ResolvedSpecAttribute>()?.Yaml
            ?? throw new DeitException($"{name} cannot be exported to ONNX: its class was not generated, so that its graph is not known. Declare it by an attribute or in YAML.");
        OnnxCompilation compilation = OnnxCompiler.Compile(spec);
        return compilation.Graph
            ?? throw new DeitException($"{name} cannot be exported to ONNX: this version of Deit.Runtime does not understand what it was generated from: {compilation.Problem} Build it with a Deit.Generators of the same version.");
    }
}
