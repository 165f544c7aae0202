using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;
using Deit.Compiler.Passes;
using Deit.Compiler.Passes.Folding;
using Deit.Compiler.Passes.Pruning;
using Deit.Compiler.Training;

namespace Deit.Compiler.Inference;

/// <summary>A model's inference code with every matrix in its place: what the emitter writes.</summary>
/// <param name="Procedure">The model's forward pass; it has no other.</param>
/// <param name="Plan">Where its matrices lie.</param>
/// <param name="Units">Its units and where theirs lie.</param>
internal sealed record InferenceCode(Procedure Procedure, MemoryPlan Plan, ImmutableArray<(TrainingUnit Unit, MemoryPlan Plan)> Units)
{
    /// <summary>Elements of the arena for each image of a batch.</summary>
    public long ElementsPerImage => Plan.Sizes[Region.Tape];

    /// <summary>The inference code of a model, or null where an operator has none for values of its shapes: its readable forward pass answers.</summary>
    public static InferenceCode? Find(Block root)
    {
        try
        {
            return Of(root);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Folds what can be folded, fuses the kernels and plans the memory of a model.</summary>
    /// <exception cref="NotSupportedException">An operator has no generated code for values of its shapes.</exception>
    public static InferenceCode Of(Block root)
    {
        var units = new Dictionary<Block, TrainingUnit>();
        Procedure procedure = Forward(Prune.Apply(Inline.Model(root)), SlotKind.Images, block =>
        {
            if (!units.TryGetValue(block, out TrainingUnit? unit))
            {
                Procedure inside = Forward(Inline.Unit(block), SlotKind.Argument, static inner => throw new InvalidOperationException($"{inner.ClassName} is not flat"));
                units.Add(block, unit = new(block.ClassName, block.Summary, inside));
            }

            return unit;
        });
        Dictionary<TrainingUnit, MemoryPlan> plans = units.Values.ToDictionary(static unit => unit, static unit => MemoryPlan.OfUnit(unit.Procedure, replay: [], together: false, mayReplaceGradient: false));
        var code = new InferenceCode(procedure, MemoryPlan.OfModel(procedure, plans), [.. plans.Select(static pair => (pair.Key, pair.Value))]);
        return code.Plan.Sizes[Region.Constant] == 0 ? code : throw new NotSupportedException("a value of the forward pass does not depend on the batch");
    }

    private static Procedure Forward(FlatBlock block, SlotKind inputKind, Func<Block, TrainingUnit> units)
    {
        var pass = new Lowering(units);
        ImmutableArray<Slot> inputs = [.. block.Inputs.Select(input => new Slot(input.Name, inputKind, MatrixShape.Of(input.Type)))];
        for (int i = 0; i < inputs.Length; i++) pass.Bind(block.Inputs[i], [inputs[i]]);
        foreach (Node node in block.Nodes)
        {
            // At inference every branch is there, and every element.
            if (node.Op is DropPath or Dropout) pass.Bind(node.Output, pass.Parts(node.Inputs[0]));
            else pass.Add(node);
        }

        ImmutableArray<Slot> outputs = [.. block.Outputs.Select(output => pass.Return(output, inputs))];
        return FoldingPass.Apply(new(inputs, outputs, [.. pass.Forward], [], [], []));
    }
}
