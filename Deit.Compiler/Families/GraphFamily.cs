using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>
/// Models that no family foresaw, written as blocks of operators. Every step takes the value before it, or those it names, and
/// gives one; what the last step gives are the logits.
/// </summary>
internal sealed class GraphFamily : Family
{
    /// <inheritdoc/>
    public override string Name => "graph";

    /// <summary>There is none: a graph is written in YAML.</summary>
    public override string? AttributeName => null;

    /// <inheritdoc/>
    public override ImmutableArray<Key> Keys { get; } =
    [
        ModelKeys.ImageSize,
        ModelKeys.Channels,
        ModelKeys.Classes,
        ModelKeys.Precision,
        new("blocks", ValueKind.Tables, "Blocks that steps can use: each has a name ('block'), maybe a 'summary', and its 'steps'.") { Items = [GraphSchemas.Block] },
        new("steps", ValueKind.Tables, "The model's steps. A step is an operator ('op') or a block ('block'); it may have a 'name', 'input', 'output' and 'repeat', and has its operator's own keys.") { Required = true, Items = GraphSchemas.Steps },
        new("distillation_output", ValueKind.Text, "The value that is the distillation head's logits; with it, the model is distilled."),
    ];

    /// <inheritdoc/>
    internal override InputAndOutput Describe(SpecTable spec) => new(
        spec.Integer("channels"), spec.Integer("image_size"), spec.Integer("classes"), spec.States("distillation_output"));

    /// <inheritdoc/>
    internal override IEnumerable<SpecFinding> Check(SpecTable spec) => new GraphReader(spec).Findings;

    /// <inheritdoc/>
    internal override Architecture Build(SpecTable spec, string className)
    {
        InputAndOutput shape = Describe(spec);
        var reader = new GraphReader(spec);
        var model = new BlockBuilder(className, $"A graph of {reader.Steps.Length} steps.");
        Value images = model.Input("images", TensorType.Float(Dim.Batch, shape.Channels, shape.ImageSize, shape.ImageSize));
        var builder = new GraphBuilder(reader, model, images);
        Value logits = builder.Build(reader.Steps);
        List<Value> outputs = [logits];
        if (shape.Distilled) outputs.Add(builder.Read(spec.Text("distillation_output"), "distillation_output"));

        foreach (Value output in outputs)
        {
            bool classifies = output.Type.Rank == 2 && output.Type.Dims[0].IsBatch && output.Type[1].Value == shape.Classes;
            if (!classifies) throw GraphException.Shape($"the logits must be (B, {shape.Classes}), one a class; found {output.Type}").Blaming(output == logits ? reader.Steps[reader.Steps.Length - 1].Path : "distillation_output");
        }

        builder.RefuseUnused(outputs);
        return new(model.Build([.. outputs]), (int)shape.Classes, shape.Distilled, null, 0);
    }
}
