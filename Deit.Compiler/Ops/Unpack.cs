using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>One of several tensors that lie in one: (n, …) to (…).</summary>
/// <param name="Index">Which one.</param>
internal sealed record Unpack(int Index) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "unpack", "One of several tensors that lie in one.",
        [new("index", ValueKind.Integer, "Which one, from 0.") { Required = true, Minimum = 0, Maximum = 1024 }],
        static (values, _) => new Unpack((int)values.Integer("index")));

    /// <inheritdoc/>
    public override string Kind => nameof(Unpack);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType x = inputs[0];
        if (x.Rank < 2 || x.Dims[0].IsBatch || x[0].Value <= Index) throw GraphException.Shape($"there is no part {Index} in {x}");
        return x with { Dims = new(x.Dims.Skip(1)) };
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]}[{Index.ToString(CultureInfo.InvariantCulture)}]";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Add("Gather", [scope.Input, scope.Integer(Index)], OnnxAttribute.Integer("axis", 0));

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [pass.Parts(node.Inputs[0])[Index]];
}
