using System.Collections.Immutable;
using Deit.Compiler.Emit;
using Deit.Compiler.Graphs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>
/// How convolutions are trained. Channels last, one whose kernel covers a pixel is a matrix product, and one whose kernels cover
/// an image without overlap is the product of its patches; all others are libtorch's.
/// </summary>
internal static class ConvolutionTraining
{
    /// <summary>Writes the kernels of a convolution and the rule of its gradient.</summary>
    public static ImmutableArray<Slot> Write(Conv2d convolution, Lowering pass, Node node)
    {
        Slot x = pass.Raw(node.Inputs[0]);
        bool onImages = x.Kind == SlotKind.Images;
        if (!onImages) x = pass.Pixels(node.Inputs[0]);
        Slot y = pass.New("y", node.Output);
        bool isDense = convolution.Groups.Value == 1 && convolution.Padding.Value == 0;
        bool isPointwise = isDense && convolution.Kernel.Value == 1;
        if (isPointwise && !onImages)
        {
            Slot pixels = convolution.Stride.Value == 1 ? x : EveryNth(pass, x, node, convolution.Stride.Value);
            return [Linear.Product(pass, pixels, y, convolution.In.Value, convolution.Out.Value, convolution.HasBias)];
        }

        if (onImages && isDense && convolution.Kernel.Value == convolution.Stride.Value)
        {
            long width = convolution.In.Value * convolution.Kernel.Value * convolution.Kernel.Value;
            Slot patches = new(TrainingNames.Variable(node.Member, "patches"), SlotKind.Intermediate, y.Shape with { Columns = width }) { IsOfImages = true };
            pass.Call("Patches", Instruction.Read("images", x), Instruction.Literal("size", Names.Number(convolution.Kernel.Value)), Instruction.Write("patches", patches));
            return [Linear.Product(pass, patches, y, width, convolution.Out.Value, convolution.HasBias)];
        }

        return [General(convolution, pass, node, x, y)];
    }

    private static Slot General(Conv2d convolution, Lowering pass, Node node, Slot x, Slot y)
    {
        long kernel = convolution.Kernel.Value;
        Slot weight = pass.Parameter("weight", convolution.Out.Value, convolution.In.Value / convolution.Groups.Value * kernel * kernel);
        Slot? bias = convolution.HasBias ? pass.Parameter("bias", 1, convolution.Out.Value) : null;
        Operand[] geometry = [Instruction.Literal("geometry", Geometry(convolution, node.Inputs[0].Type))];
        Operand[] constant = bias is null ? [] : [Instruction.Read("bias", bias)];
        string source = x.Kind == SlotKind.Images ? "Images" : "";
        pass.Call($"Convolution{source}", [Instruction.Read("x", x), Instruction.Read("weight", weight), .. constant, .. geometry, Instruction.Write("y", y)]);
        pass.Gradient(y, dy =>
        {
            Operand[] reads = [Instruction.Read("dy", dy), Instruction.Read("x", x), Instruction.Read("weight", weight), .. geometry];
            Operand dWeight = Instruction.Write("dWeight", Lowering.GradientOf(weight));
            if (Lowering.NeedsGradient(x))
            {
                Slot dx = Lowering.NewGradient(x);
                pass.Call("ConvolutionBackward", [.. reads, Instruction.Write("dx", dx), dWeight]);
                pass.Accumulate(x, dx);
            }
            else
            {
                pass.Call($"Convolution{source}WeightGradient", [.. reads, dWeight]);
            }

            if (bias is not null) pass.Call("ColumnSum", Instruction.Read("dy", dy), Instruction.Write("sum", Lowering.GradientOf(bias)));
        });
        return y;
    }

    /// <summary>The pixels that a stride does not skip.</summary>
    private static Slot EveryNth(Lowering pass, Slot x, Node node, long stride)
    {
        Slot y = pass.New("pixels", MatrixShape.Of(node.Output.Type) with { Columns = x.Shape.Columns });
        TensorType input = node.Inputs[0].Type;
        Operand[] geometry = [Instruction.Literal("height", Names.Number(input[2].Value)), Instruction.Literal("width", Names.Number(input[3].Value)), Instruction.Literal("stride", Names.Number(stride))];
        pass.Call("TakePixels", [Instruction.Read("x", x), .. geometry, Instruction.Write("y", y)]);
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("TakePixelsBackward", [Instruction.Read("dy", dy), .. geometry, Instruction.Write("dx", dx)]);
            pass.Accumulate(x, dx);
        });
        return y;
    }

    private static string Geometry(Conv2d convolution, TensorType input) =>
        $"new(Height: {Names.Number(input[2].Value)}, Width: {Names.Number(input[3].Value)}, Kernel: {Names.Number(convolution.Kernel.Value)}, "
        + $"Stride: {Names.Number(convolution.Stride.Value)}, Padding: {Names.Number(convolution.Padding.Value)}, Groups: {Names.Number(convolution.Groups.Value)})";
}
