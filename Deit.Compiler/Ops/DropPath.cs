using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>Stochastic depth: a residual branch that is left out at random while training (Huang et al., arXiv 1603.09382).</summary>
/// <param name="Rate">The C# expression of the probability to leave it out.</param>
/// <param name="WholeBatch">Whether it is left out of all images of a batch together, as Huang et al. have it, or of each by itself, as DeiT and timm do.</param>
internal sealed record DropPath(string Rate, bool WholeBatch = false) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "drop_path", "Stochastic depth: leaves out a residual branch at random while training.",
        [
            new("rate", ValueKind.Number, "The probability to leave it out.") { Required = true, Minimum = 0, Maximum = 0.99 },
            ModelKeys.DropPathMode with { Name = "mode" },
        ],
        static (values, _) => new DropPath(Spelling.Number(values.Number("rate")), ModelKeys.DropsWholeBatch(values.Text("mode"))))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(DropPath);

    /// <inheritdoc/>
    public override MemberCode Member => new(nameof(DropPath), WholeBatch ? $"new({Rate}, DropPathMode.Batch)" : $"new({Rate})", WholeBatch ? "stochastic depth, of all images together" : "stochastic depth");

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0];

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";

    /// <summary>Nothing: at inference every branch is there.</summary>
    internal override string ToOnnx(OnnxScope scope) => scope.Input;

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        Slot x = pass[node.Inputs[0]];
        Slot kept = pass.KeptImages(WholeBatch);
        Slot y = pass.New("y", x);
        pass.Call("ScaleImages", Instruction.Read("x", x), Instruction.Read("kept", kept), Instruction.Write("y", y, mayReplace: "x"));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("ScaleImages", Instruction.Read("x", dy), Instruction.Read("kept", kept), Instruction.Write("y", dx, mayReplace: "x"));
            pass.Accumulate(x, dx);
        });
        return [y];
    }
}
