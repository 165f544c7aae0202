using System.Linq;
using Deit.Compiler.Inference;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>Layers with weights become layers that have laid them out: everything else folds into them.</summary>
internal static class PackedWeights
{
    /// <summary>What generated code calls a layer with.</summary>
    public const string Kernel = "Apply";

    private const string Weight = ".weight";

    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction call in rewriter.Forward.Where(static instruction => instruction.Kernel is "Linear" or "Convolution" or "ConvolutionImages").ToArray())
        {
            Slot weight = call["weight"]!;
            string path = weight.State.Substring(0, weight.State.Length - Weight.Length);
            PackedLayer layer = call.Kernel == "Linear"
                ? new PackedLinear(path, weight.Shape.Rows, weight.Shape.Columns, weight.Offset / weight.Shape.Columns)
                : new PackedConvolution(path, call.Operand("geometry").Text);
            Replace(rewriter, call, layer);
        }

        foreach (Instruction norm in rewriter.Calls("BatchNorm"))
        {
            string path = norm["weight"]!.State;
            Replace(rewriter, norm, new PackedNorm(path.Substring(0, path.Length - Weight.Length)));
        }
    }

    /// <summary>The layer that an instruction applies, or null where it is another instruction.</summary>
    public static PackedLayer? LayerOf(Instruction? instruction) => instruction?["layer"]?.Layer;

    /// <summary>The same instruction with more folded into its layer.</summary>
    public static Instruction With(Instruction call, PackedLayer layer) => call.Reading(call["layer"]!, SlotOf(layer));

    private static void Replace(Rewriter rewriter, Instruction call, PackedLayer layer) => rewriter.Replace(call, new(
        Kernel, [Instruction.Read("layer", SlotOf(layer)), Instruction.Read("x", call["x"]!), Instruction.Write("y", call["y"]!)], call.Layer));

    private static Slot SlotOf(PackedLayer layer) => new(TrainingNames.Variable(layer.Path, ""), SlotKind.Layer, new(1, 1, PerImage: false)) { State = layer.Path, Offset = layer is PackedLinear linear ? linear.First : 0, Layer = layer };
}
