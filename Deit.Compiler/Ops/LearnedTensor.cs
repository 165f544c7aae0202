using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>A tensor that is learned as it is, the same for every image: a token, a position embedding.</summary>
/// <param name="Shape">Its shape; the first extent is 1 and stands for the batch.</param>
/// <param name="Initialization">How it is drawn.</param>
/// <param name="Summary">What it is.</param>
internal sealed record LearnedTensor(EquatableArray<Size> Shape, Initialization Initialization, string Summary) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "learned_tokens", "Learned tokens or position embeddings, the same for every image: (1, tokens, width).",
        [
            new("tokens", ValueKind.Integer, "Number of tokens.") { Default = 1L, Minimum = 1, Maximum = 1_000_000 },
            new("width", ValueKind.Integer, "Width of each.") { Required = true, Minimum = 1, Maximum = 65_536 },
        ],
        static (values, _) => new LearnedTensor(
            new([1, values.Integer("tokens"), values.Integer("width")]), Initialization.TruncatedNormal(0.02), "learned tokens, the same for every image"))
    { Inputs = 0, HasState = true };

    /// <inheritdoc/>
    public override string Kind => "Parameter";

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new([Parameter.Learned("", [.. Shape])]);

    /// <inheritdoc/>
    public override MemberCode Member => new("Parameter", $"Parameter(zeros({string.Join(", ", Shape)}, device: CPU)){Initialization.Code}", Summary);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) => TensorType.Float([.. Shape.Select(static size => (Dim)size)]);

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => member;

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Weights[0];

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        MatrixShape shape = MatrixShape.Of(node.Output.Type);
        Slot parameter = pass.Parameter("", shape.Rows, shape.Columns);
        pass.Gradient(parameter, gradient => pass.Call("Copy", Instruction.Read("x", gradient), Instruction.Write("y", Lowering.GradientOf(parameter))));
        return [parameter];
    }
}
