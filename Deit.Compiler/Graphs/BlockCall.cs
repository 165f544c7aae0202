using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Onnx;
using Deit.Compiler.Training;

namespace Deit.Compiler.Graphs;

/// <summary>A block used as an operator.</summary>
/// <param name="Block">The block.</param>
/// <param name="Arguments">The C# expressions of its constructor's arguments, as the caller writes them.</param>
internal sealed record BlockCall(Block Block, ImmutableArray<string> Arguments) : Op
{
    /// <inheritdoc/>
    public override string Kind => Block.ClassName;

    /// <inheritdoc/>
    public override EquatableArray<Parameter> Parameters => new(Block.Parameters);

    /// <summary>The arguments by name, as the generated code passes them.</summary>
    public string ArgumentList => string.Join(", ", Block.Arguments.Zip(Arguments, static (argument, text) => $"{argument.Name}: {text}"));

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].Equals(Block.Inputs[i].Type)) throw GraphException.Shape($"expected {Block.Inputs[i].Type}, found {inputs[i]}");
        }

        return Translate(Block.Outputs[0].Type, inputs);
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<TensorType> inputs, TensorType output) => Block.Macs;

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{member}.call({string.Join(", ", arguments)})";

    /// <inheritdoc/>
    internal override string ToOnnx(OnnxScope scope) => scope.Inline(Block, "", scope.Inputs);

    /// <inheritdoc/>
    internal override ImmutableArray<Slot> Train(Lowering pass, Node node) => [pass.CallUnit(Block, [.. node.Inputs.Select(input => pass[input])])];

    // Inside, sizes are written with the block's own names; outside, with the caller's.
    private TensorType Translate(TensorType type, IReadOnlyList<TensorType> inputs)
    {
        var names = new Dictionary<string, string>();
        foreach ((BlockArgument argument, string text) in Block.Arguments.Zip(Arguments, static (argument, text) => (argument, text))) names[argument.Name] = text;
        for (int i = 0; i < inputs.Count; i++)
        {
            for (int j = 0; j < inputs[i].Rank; j++) names[Block.Inputs[i].Type.Dims[j].Size.Text] = inputs[i].Dims[j].Size.Text;
        }

        Dim Outside(Dim dim)
        {
            string text = Regex.Replace(dim.Size.Text, @"[A-Za-z_]\w*", match => names.TryGetValue(match.Value, out string? outside) ? outside : match.Value);
            text = Regex.Replace(text, @" / 1(?!\d)", "");
            bool isNumber = !Regex.IsMatch(text, "[A-Za-z_]");
            return new(isNumber ? dim.Size.Value : new Size(dim.Size.Value, text), dim.IsBatch);
        }

        return type with { Dims = new(type.Dims.Select(Outside)) };
    }
}
