using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>A function of one tensor, element by element.</summary>
internal abstract record Elementwise : Op
{
    /// <inheritdoc/>
    public sealed override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0];

    /// <summary>Writes the kernel of the function and that of its gradient, which reads what came in or what went out.</summary>
    private protected static Slot Function(Lowering pass, Node node, string kernel, string gradientReads)
    {
        Slot x = pass[node.Inputs[0]];
        Slot y = pass.New(kernel, x);
        pass.Call(kernel, Instruction.Read("x", x), Instruction.Write("y", y, mayReplace: "x"));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call(kernel + "Backward", Instruction.Read(gradientReads, gradientReads == "x" ? x : y), Instruction.Read("dy", dy), Instruction.Write("dx", dx, mayReplace: "dy"));
            pass.Accumulate(x, dx);
        });
        return y;
    }
}
