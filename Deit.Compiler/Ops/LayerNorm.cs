using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>Layer normalisation over the last dimension, with scale and shift (Ba et al., arXiv 1607.06450).</summary>
internal sealed record LayerNorm(Size Width, double Epsilon) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "layer_norm", "Layer normalisation over the last dimension.",
        [new("eps", ValueKind.Number, "What is added to the variance.") { Default = 1e-6, Minimum = 0, Maximum = 1 }],
        static (values, inputs) => new LayerNorm(inputs[0][-1], values.Number("eps")))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(LayerNorm);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new([Parameter.Learned("weight", Width), Parameter.Learned("bias", Width)]);

    /// <inheritdoc/>
    public override MemberCode Member => new(nameof(LayerNorm), $"LayerNorm({Width}, eps: {Spelling.Number(Epsilon)})", $"over {Width} features");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) =>
        inputs[0][-1].Value == Width.Value
            ? inputs[0]
            : throw GraphException.Shape($"expected {Width.Value} features, found {inputs[0][-1].Value} in {inputs[0]}");

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add(
        "LayerNormalization", [scope.Input, .. scope.Weights], OnnxAttribute.Integer("axis", -1), OnnxAttribute.Number("epsilon", Epsilon));

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Features(node.Inputs[0]);
        Slot weight = pass.Parameter("weight", 1, Width.Value);
        Slot bias = pass.Parameter("bias", 1, Width.Value);
        Slot y = pass.New("y", x);
        Slot mean = pass.New("mean", x.Shape with { Columns = 1 });
        Slot deviation = pass.New("inverseDeviation", x.Shape with { Columns = 1 });
        pass.Call("LayerNorm",
            Instruction.Read("x", x), Instruction.Read("weight", weight), Instruction.Read("bias", bias), Instruction.Literal("epsilon", Spelling.Number(Epsilon)),
            Instruction.Write("y", y), Instruction.Write("mean", mean), Instruction.Write("inverseDeviation", deviation));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("LayerNormBackward",
                Instruction.Read("dy", dy), Instruction.Read("x", x), Instruction.Read("mean", mean), Instruction.Read("inverseDeviation", deviation), Instruction.Read("weight", weight),
                Instruction.Write("dx", dx, mayReplace: "dy"), Instruction.Write("dWeight", Lowering.GradientOf(weight)), Instruction.Write("dBias", Lowering.GradientOf(bias)));
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
