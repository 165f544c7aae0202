using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Passes.Fusion;
using Deit.Compiler.Passes.Pruning;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Turns a model's forward graph into a forward and a backward pass. Every operator has its own gradient rule in its own file;
/// here they are put in order.
/// </summary>
internal static class Autodiff
{
    /// <summary>Differentiates a model.</summary>
    /// <param name="root">The model.</param>
    /// <param name="precision">How it multiplies matrices.</param>
    /// <exception cref="NotSupportedException">An operator has no training code.</exception>
    public static TrainingModel Differentiate(Block root, Precision precision)
    {
        var units = new Dictionary<Block, TrainingUnit>();
        FlatBlock flat = Prune.Apply(Inline.Model(root));
        Procedure procedure = Differentiate(flat, SlotKind.Images, precision, block =>
        {
            if (!units.TryGetValue(block, out TrainingUnit? unit))
            {
                units.Add(block, unit = new(block.ClassName, block.Summary, Differentiate(Inline.Unit(block), SlotKind.Argument, precision, static inner => throw new InvalidOperationException($"{inner.ClassName} is not flat"))));
            }

            return unit;
        });
        return new(procedure, [.. units.Values]);
    }

    private static Procedure Differentiate(FlatBlock block, SlotKind inputKind, Precision precision, Func<Block, TrainingUnit> units)
    {
        var pass = new Lowering(units);
        ImmutableArray<Slot> inputs = [.. block.Inputs.Select(input => new Slot(input.Name, inputKind, MatrixShape.Of(input.Type)))];
        for (int i = 0; i < inputs.Length; i++) pass.Bind(block.Inputs[i], [inputs[i]]);
        foreach (Node node in block.Nodes) pass.Add(node);

        ImmutableArray<Slot> outputs = [.. block.Outputs.Select(output => pass.Return(output, inputs))];
        ImmutableArray<Slot> outputGradients = [.. outputs.Select((output, i) => new Slot(outputs.Length == 1 ? "dy" : $"dy{i}", inputKind == SlotKind.Images ? SlotKind.Intermediate : SlotKind.Argument, output.Shape))];
        pass.Differentiate(outputs, outputGradients);

        ImmutableArray<Slot?> inputGradients = [.. inputs.Select(pass.ReturnGradient)];
        Procedure fused = FusionPass.Apply(new(inputs, outputs, [.. pass.Forward], outputGradients, inputGradients, [.. pass.Backward]), precision);
        return BranchConditions.Apply(precision == Precision.BFloat16 ? MixedPrecision.Apply(fused) : fused);
    }
}
