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
        .. Tapes(),
        .. Procedure.Forward.Select(static instruction => (
            instruction.Layer.Length > 0 ? instruction.Layer : instruction.Kernel,
            instruction.Writes.Where(static slot => slot.Kind == SlotKind.Intermediate && slot.Shape.PerImage).Sum(static slot => slot.ArenaElements))),
    ];

    /// <summary>The kernels of the forward pass, the units' included, that multiply bfloat16 matrices.</summary>
    public IEnumerable<string> HalfKernels => Procedure.Forward.Concat(Units.SelectMany(static unit => unit.Unit.Procedure.Forward))
        .Where(MixedPrecision.IsHalf).Select(static instruction => instruction.Kernel).Distinct().OrderBy(static kernel => kernel, StringComparer.Ordinal);

    /// <summary>The tapes of the units; of those that take the same place one after another, the largest.</summary>
    private IEnumerable<(string Path, long Elements)> Tapes()
    {
        var counted = new List<(long Begin, long End)>();
        foreach ((string path, long elements) in Procedure.Forward.OfType<UnitCall>()
            .Select(call => (call.Path, Units.First(unit => unit.Unit == call.Unit).Plan.Sizes[Region.Tape]))
            .OrderByDescending(static tape => tape.Item2))
        {
            long begin = Plan.Units[path].Tape;
            if (counted.Any(other => begin < other.End && other.Begin < begin + elements)) continue;

            counted.Add((begin, begin + elements));
            yield return (path, elements);
        }
    }

    /// <summary>The training code of a model, or null where an operator has none for values of its shapes: it is trained on its reference path.</summary>
    /// <param name="root">The model.</param>
    /// <param name="precision">How it multiplies matrices.</param>
    /// <param name="checkpointEvery">As in <see cref="Of"/>.</param>
    public static TrainingCode? Find(Block root, Precision precision, long checkpointEvery)
    {
        try
        {
            return Of(root, precision, checkpointEvery);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Differentiates a model, fuses its kernels and plans its memory.</summary>
    /// <param name="root">The model.</param>
    /// <param name="precision">How it multiplies matrices.</param>
    /// <param name="checkpointEvery">Units of which the input alone is kept for the backward pass; 0 where all that it reads is kept.</param>
    /// <exception cref="NotSupportedException">An operator has no training code for values of its shapes.</exception>
    public static TrainingCode Of(Block root, Precision precision, long checkpointEvery = 0)
    {
        TrainingModel model = Checkpointing.Apply(Autodiff.Differentiate(root, precision), checkpointEvery);
        TrainingCode apart = Planned(model, together: false);
        if (checkpointEvery == 0) return apart;

        TrainingCode together = Planned(model, together: true);
        return together.ElementsPerImage < apart.ElementsPerImage ? together : apart;
    }

    /// <summary>Plans the memory of a model and its units.</summary>
    /// <param name="model">The model.</param>
    /// <param name="together">Whether all that a unit uses lies together, which takes less where few tapes are alive at a time.</param>
    private static TrainingCode Planned(TrainingModel model, bool together)
    {
        var life = new Lifetimes(model.Procedure);
        ILookup<(TrainingUnit, UnitMethod), UnitCall> calls = model.Procedure.Backward.OfType<UnitCall>().ToLookup(static call => (call.Unit, call.Method));
        Dictionary<TrainingUnit, MemoryPlan> plans = model.Units.ToDictionary(static unit => unit, unit => MemoryPlan.OfUnit(
            unit.Procedure,
            mayReplaceGradient: calls[(unit, UnitMethod.Backward)].All(call => !model.Procedure.OutputGradients.Contains(call["dy"]!) && life.LastRead(call["dy"]!) == life.Place(call)),
            calls[(unit, UnitMethod.Replay)].Any() ? Replay.OfTape(unit) : null,
            together));

        Procedure procedure = model.Procedure with
        {
            Backward = [.. model.Procedure.Backward.Select(instruction =>
                instruction is UnitCall { Method: UnitMethod.Backward } call && plans[call.Unit].ReplacesGradient ? call.Writing(call["dx0"]!, call["dx0"]!, mayReplace: "dy") : instruction)],
        };
        return new(procedure, MemoryPlan.OfModel(procedure, plans), [.. plans.Select(static pair => (pair.Key, pair.Value))]);
    }
}
