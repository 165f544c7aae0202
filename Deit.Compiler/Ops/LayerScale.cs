using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>One learned factor a feature at the end of a residual branch (Touvron et al., arXiv 2103.17239).</summary>
/// <param name="Width">Number of features.</param>
/// <param name="InitialValue">What every factor starts from.</param>
internal sealed record LayerScale(Size Width, double InitialValue) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "layer_scale", "One learned factor a feature.",
        [new("init_values", ValueKind.Number, "What every factor starts from.") { Default = 1e-5, Minimum = 0, Maximum = 1 }],
        static (values, inputs) => new LayerScale(inputs[0][-1], values.Number("init_values")))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(LayerScale);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new([Parameter.Learned("gamma", Width)]);

    /// <inheritdoc/>
    public override MemberCode Member => new(nameof(LayerScale), $"new({Width}, {Spelling.Number(InitialValue)})", $"a factor for each of {Width} features");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) =>
        inputs[0][-1].Value == Width.Value
            ? inputs[0]
            : throw GraphException.Shape($"expected {Width.Value} features, found {inputs[0][-1].Value} in {inputs[0]}");

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Mul", [scope.Input, .. scope.Weights]);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass.Features(node.Inputs[0]);
        Slot gamma = pass.Parameter("gamma", 1, Width.Value);
        Slot y = pass.New("y", x.Shape);
        pass.Call("ScaleColumns", Instruction.Read("x", x), Instruction.Read("scale", gamma), Instruction.Write("y", y));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("ScaleColumnsBackward",
                Instruction.Read("x", x), Instruction.Read("scale", gamma), Instruction.Read("dy", dy),
                Instruction.Write("dx", dx, mayReplace: "dy"), Instruction.Write("dScale", Lowering.GradientOf(gamma)));
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
