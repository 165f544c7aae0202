using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>y = x Wᵀ + b on the last dimension.</summary>
internal sealed record Linear(Size In, Size Out, Initialization Initialization, bool HasBias = true) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "linear", "A linear layer on the last dimension.",
        [
            new("out", ValueKind.Integer, "Features that go out.") { Required = true, Minimum = 1, Maximum = 1_000_000 },
            new("bias", ValueKind.Boolean, "Whether a constant is added to each.") { Default = true },
        ],
        static (values, inputs) => new Linear(inputs[0][-1], values.Integer("out"), Initialization.TruncatedNormal(0.02), values.Boolean("bias")))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(Linear);

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new(HasBias
        ? [Parameter.Learned("weight", Out, In), Parameter.Learned("bias", Out)]
        : [Parameter.Learned("weight", Out, In)]);

    /// <inheritdoc/>
    public override MemberCode Member => new(
        nameof(Linear),
        $"Linear({In}, {Out}{(HasBias ? "" : ", hasBias: false")}){Initialization.Code}",
        $"{In} → {Out}");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x[-1].Value != In.Value) throw GraphException.Shape($"expected {In.Value} features, found {x[-1].Value} in {x}");
        return x with { Dims = new(x.Dims.Take(x.Rank - 1).Append(Out)) };
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) => checked(inputs[0].ElementsPerImage * Out.Value);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope)
    {
        // Gemm multiplies matrices alone, and by a transpose; MatMul takes any rank, and the matrix as it is.
        if (scope.InputType.Rank == 2) return scope.Add("Gemm", [scope.Input, .. scope.Weights], OnnxAttribute.Integer("transB", 1));
        string product = scope.Add("MatMul", [scope.Input, scope.TransposedWeight("weight")]);
        return HasBias ? scope.Add("Add", [product, scope.Weight("bias")]) : product;
    }

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) =>
        [Product(pass, pass.Features(node.Inputs[0]), pass.New("y", node.Output), In.Value, Out.Value, HasBias)];

    /// <summary>y = x Wᵀ + b; dx = dy W, dW = dyᵀ x, db the column sums of dy. Of a part of the layer, from the row <paramref name="first"/> of W.</summary>
    internal static Slot Product(Lowering pass, Slot x, Slot y, long width, long features, bool hasBias, long first = 0)
    {
        Slot weight = pass.Parameter("weight", features, width, first * width);
        Slot? bias = hasBias ? pass.Parameter("bias", 1, features, first) : null;
        Operand[] constant = bias is null ? [] : [Instruction.Read("bias", bias)];
        pass.Call("Linear", [Instruction.Read("x", x), Instruction.Read("weight", weight), .. constant, Instruction.Write("y", y)]);
        pass.Gradient(y, dy =>
        {
            if (Lowering.NeedsGradient(x))
            {
                Slot dx = Lowering.NewGradient(x);
                pass.Call("LinearInputGradient", Instruction.Read("dy", dy), Instruction.Read("weight", weight), Instruction.Write("dx", dx));
                pass.Accumulate(x, dx);
            }

            pass.Call("LinearWeightGradient", Instruction.Read("dy", dy), Instruction.Read("x", x), Instruction.Write("dWeight", Lowering.GradientOf(weight)));
            if (bias is not null) pass.Call("ColumnSum", Instruction.Read("dy", dy), Instruction.Write("sum", Lowering.GradientOf(bias)));
        });
        return y;
    }
}
