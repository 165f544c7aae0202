using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>Images times one factor a channel, as squeeze-and-excitation gates them (Hu et al., arXiv 1709.01507).</summary>
internal sealed record Scale : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("scale", "Images times one factor a channel: the gate of squeeze-and-excitation.", [], static (_, _) => new Scale()) { Inputs = 2 };

    /// <inheritdoc/>
    public override string Kind => nameof(Scale);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType images = inputs[0];
        TensorType gate = inputs[1];
        bool fits = images.Rank == 4 && gate.Rank == 4 && images[1].Value == gate[1].Value && gate[2].Value == 1 && gate[3].Value == 1;
        return fits ? images : throw GraphException.Shape($"a gate {gate} does not fit images {images}");
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]} * {arguments[1]}";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Mul", scope.Inputs);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Pixels(node.Inputs[0]);
        Slot gate = pass.Pixels(node.Inputs[1]);
        Slot y = pass.New("gated", x);
        pass.Call("Gate", Instruction.Read("x", x), Instruction.Read("gate", gate), Instruction.Write("y", y, mayReplace: "x"));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            Slot dGate = Lowering.NewGradient(gate);
            pass.Call("GateBackward",
                Instruction.Read("x", x), Instruction.Read("gate", gate), Instruction.Read("dy", dy),
                Instruction.Write("dx", dx, mayReplace: "dy"), Instruction.Write("dGate", dGate));
            pass.Accumulate(x, dx);
            pass.Accumulate(gate, dGate);
        });
        return [y];
    }
}
