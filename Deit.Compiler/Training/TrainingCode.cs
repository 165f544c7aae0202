using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Passes;

namespace Deit.Compiler.Training;

/// <summary>A model's training code with every matrix in its place: what the emitter writes.</summary>
/// <param name="Procedure">The model's passes.</param>
/// <param name="Plan">Where its matrices lie.</param>
/// <param name="Units">Its units and where theirs lie.</param>
internal sealed record TrainingCode(Procedure Procedure, MemoryPlan Plan, ImmutableArray<(TrainingUnit Unit, MemoryPlan Plan)> Units)
{
    /// <summary>Elements of the arena for each image of a batch.</summary>
    public long ElementsPerImage => Plan.Sizes[Region.Tape];

    /// <summary>Elements of the arena whatever the batch.</summary>
    public long ConstantElements => Plan.Sizes[Region.Constant];

    /// <summary>What the arena holds for an image: the tapes of the units and what they return, and what the model's own layers write going forward.</summary>
    public IEnumerable<(string Name, long Elements)> Parts =>
    [
        .. Procedure.Forward.OfType<UnitCall>().Select(call => (call.Path, Units.First(unit => unit.Unit == call.Unit).Plan.Sizes[Region.Tape])),
        .. Procedure.Forward.Select(static instruction => (
            instruction.Layer.Length > 0 ? instruction.Layer : instruction.Kernel,
            instruction.Writes.Where(static slot => slot.Kind == SlotKind.Intermediate && slot.Shape.PerImage).Sum(static slot => slot.ArenaElements))),
    ];

    /// <summary>The kernels of the forward pass, the units' included, that multiply bfloat16 matrices.</summary>
    public IEnumerable<string> HalfKernels => Procedure.Forward.Concat(Units.SelectMany(static unit => unit.Unit.Procedure.Forward))
        .Where(MixedPrecision.IsHalf).Select(static instruction => instruction.Kernel).Distinct().OrderBy(static kernel => kernel, StringComparer.Ordinal);

    /// <summary>The training code of a model, or null where an operator has none for values of its shapes: it is trained on its reference path.</summary>
    /// <param name="root">The model.</param>
    /// <param name="precision">How it multiplies matrices.</param>
    public static TrainingCode? Find(Block root, Precision precision)
    {
        try
        {
            return Of(root, precision);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Differentiates a model, fuses its kernels and plans its memory.</summary>
    /// <exception cref="NotSupportedException">An operator has no training code for values of its shapes.</exception>
    /// <param name="root">The model.</param>
    /// <param name="precision">How it multiplies matrices.</param>
    public static TrainingCode Of(Block root, Precision precision)
    {
        TrainingModel model = Autodiff.Differentiate(root, precision);
        var life = new Lifetimes(model.Procedure);
        UnitCall[] backward = [.. model.Procedure.Backward.OfType<UnitCall>()];
        Dictionary<TrainingUnit, MemoryPlan> plans = model.Units.ToDictionary(static unit => unit, unit => MemoryPlan.OfUnit(
            unit.Procedure,
            mayReplaceGradient: backward.Where(call => call.Unit == unit).All(call => !model.Procedure.OutputGradients.Contains(call["dy"]!) && life.LastRead(call["dy"]!) == life.Place(call))));

        Procedure procedure = model.Procedure with
        {
            Backward = [.. model.Procedure.Backward.Select(instruction =>
                instruction is UnitCall call && plans[call.Unit].ReplacesGradient ? call.Writing(call["dx0"]!, call["dx0"]!, mayReplace: "dy") : instruction)],
        };
        return new(procedure, MemoryPlan.OfModel(procedure, plans), [.. plans.Select(static pair => (pair.Key, pair.Value))]);
    }
}
