using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Inference;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Folding;

/// <summary>Scale and shift of a layer norm that linear layers alone read are part of those layers.</summary>
internal static class FoldedLayerNorm
{
    private const string Weight = ".weight";

    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction norm in rewriter.Calls("LayerNorm"))
        {
            Slot y = norm["y"]!;
            ImmutableArray<Instruction> readers = rewriter.Readers(y);
            if (rewriter.IsKept(y) || readers.IsEmpty || readers.Any(static reader => PackedWeights.LayerOf(reader) is not PackedLinear { LayerNorm: "" })) continue;

            string path = norm["weight"]!.State;
            path = path.Substring(0, path.Length - Weight.Length);
            foreach (Instruction reader in readers) rewriter.Replace(reader, PackedWeights.With(reader, PackedWeights.LayerOf(reader)! with { LayerNorm = path }));
            rewriter.Replace(norm, new("Normalize", [Instruction.Read("x", norm["x"]!), norm.Operand("epsilon"), Instruction.Write("y", y)], norm.Layer));
        }
    }
}
