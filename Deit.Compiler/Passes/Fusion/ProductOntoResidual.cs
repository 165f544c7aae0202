using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>
/// The linear layer that ends a branch is summed onto the residual by the matrix product itself. Its bias is there already: the
/// layer norm that begins the branch reads the residual anyway, and writes it with the bias added.
/// </summary>
internal static class ProductOntoResidual
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction product in rewriter.Calls("Linear"))
        {
            if (rewriter.OnlyReader(product["y"]) is not { Kernel: "Add" or "AddKept" } sum || product["bias"] is not { } bias) continue;

            Slot residual = sum.Kernel == "AddKept" ? sum["x"]! : sum["a"] == product["y"] ? sum["b"]! : sum["a"]!;
            Instruction? norm = rewriter.Readers(residual).FirstOrDefault(reader => reader.Kernel == "LayerNorm" && !reader.Has("shifted") && reader["kept"] == sum["kept"] && rewriter.IsBefore(reader, product));
            if (norm is null || residual == product["y"]) continue;

            var shifted = new Slot(TrainingNames.Variable(product.Layer, "sum"), SlotKind.Intermediate, residual.Shape);
            rewriter.Replace(norm, norm.With(Instruction.Read("shift", bias), Instruction.Write("shifted", shifted)));
            Operand[] some = sum["kept"] is { } kept ? [Instruction.Read("kept", kept), Instruction.Write("product", product["y"]!)] : [];
            rewriter.Replace(product, new Instruction("LinearOnto",
                [Instruction.Read("x", product["x"]!), Instruction.Read("weight", product["weight"]!), Instruction.Read("onto", shifted), Instruction.Write("y", sum["y"]!, mayReplace: "onto")],
                product.Layer).With(some));
            rewriter.Remove(sum);
        }
    }
}
