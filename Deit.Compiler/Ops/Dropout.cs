using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Emit;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Compiler.Specs;
using Deit.Compiler.Training;

namespace Deit.Compiler.Ops;

/// <summary>Dropout: elements that are set to zero at random while training (Srivastava et al., JMLR 15, 2014).</summary>
/// <param name="Rate">The probability to drop an element.</param>
internal sealed record Dropout(double Rate) : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new(
        "dropout", "Dropout: sets elements to zero at random while training, and scales the others so that the expectation stays.",
        [new("rate", ValueKind.Number, "The probability to drop an element.") { Required = true, Minimum = 0, Maximum = 0.99 }],
        static (values, _) => new Dropout(values.Number("rate")))
    { HasState = true };

    /// <inheritdoc/>
    public override string Kind => nameof(Dropout);

    /// <inheritdoc/>
    public override MemberCode Member => new("SeededDropout", $"new({Spelling.Number(Rate)})", "dropout");

    /// <summary>The tokens of the value that the model drops elements of, where this one holds the first of them alone; 0 where it holds all.</summary>
    public long AllTokens { get; init; }

    /// <summary>Adds it to a block; at rate 0, there is none.</summary>
    public static Value AddTo(BlockBuilder block, string variable, string member, double rate, Value x) =>
        rate == 0 ? x : block.AddMember(variable, member, new Dropout(rate), x);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs) => inputs[0];

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({arguments[0]})";

    /// <summary>Nothing: at inference every element is there.</summary>
    internal override string ToOnnx(OnnxScope scope) => scope.Input;

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node)
    {
        // The module draws channels last, as feature maps lie in training code; it does not know the tokens of heads from them.
        Slot x = pass[node.Inputs[0]];
        if (x.ByHead) throw new NotSupportedException($"dropout of {node.Inputs[0].Type} by head has no training code");

        Slot mask = Mask(pass, x);
        Slot y = pass.New("y", x);
        pass.Call("ApplyMask", Instruction.Read("x", x), Instruction.Read("mask", mask), Instruction.Write("y", y, mayReplace: "x"));
        pass.Gradient(y, dy =>
        {
            Slot dx = Lowering.NewGradient(x);
            pass.Call("ApplyMask", Instruction.Read("x", dy), Instruction.Read("mask", mask), Instruction.Write("y", dx, mayReplace: "x"));
            pass.Accumulate(x, dx);
        });
        return [y];
    }

    /// <summary>What the elements are multiplied by: of all tokens, it is drawn as the model draws it, and those that are there take theirs.</summary>
    private Slot Mask(Lowering pass, Slot x)
    {
        Slot all = pass.New("mask", AllTokens == 0 ? x.Shape : x.Shape with { Rows = AllTokens });
        pass.Call("DrawMask", Instruction.Read("draw", pass.DropoutDraw()), Instruction.Write("mask", all));
        if (all.Shape.Equals(x.Shape)) return all;

        Slot leading = pass.New("leadingMask", x.Shape);
        pass.Call("TakeTokens",
            Instruction.Read("x", all), Instruction.Literal("tokens", Names.Number(AllTokens)), Instruction.Literal("count", Names.Number(x.Shape.Rows)), Instruction.Write("y", leading));
        return leading;
    }
}
