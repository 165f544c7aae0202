using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// The most that is alive at once in a training step: no plan of the same instructions, in the same order, takes less. Matrices that are
/// written over each other count once. What does not depend on the batch is left out.
/// </summary>
internal static class LiveMemory
{
    /// <summary>Elements for each image of a batch.</summary>
    public static long Of(TrainingCode code)
    {
        var life = new Lifetimes(code.Procedure);
        var alive = new long[code.Procedure.Forward.Length + code.Procedure.Backward.Length];
        foreach ((Lifetimes.Span span, long elements) in Matrices(life, code.Plan))
        {
            for (int i = span.Begin; i <= span.End; i++) alive[i] += elements;
        }

        foreach (IGrouping<string, UnitCall> calls in code.Procedure.Instructions.OfType<UnitCall>().GroupBy(static call => call.Path))
        {
            (TrainingUnit unit, MemoryPlan plan) = code.Units.First(pair => pair.Unit == calls.First().Unit);
            UnitCall[] runs = [.. calls.Where(static call => call.Method != UnitMethod.Backward)];
            int last = life.Place(runs.Last());
            Procedure procedure = runs.Length == 1 ? unit.Procedure : unit.Procedure with { Forward = runs.Last().Has("y") ? Replay.OfAll(unit) : Replay.OfTape(unit) };
            if (runs.Length > 1) alive[life.Place(runs[0])] += Peak(unit.Procedure with { Backward = [] }, plan, static _ => true);

            alive[last] += Peak(procedure, plan, place => place < procedure.Forward.Length);
            foreach (int end in calls.Where(static call => call.Method == UnitMethod.Backward).Select(life.Place))
            {
                long tape = Matrices(new(procedure), plan).Where(static matrix => matrix.Span.IsTape).Sum(static matrix => matrix.Elements);
                for (int i = last + 1; i < end; i++) alive[i] += tape;
                alive[end] += Peak(procedure, plan, place => place >= procedure.Forward.Length);
            }
        }

        return alive.Max();
    }

    /// <summary>The most that is alive at one of a unit's instructions, what is its caller's left out.</summary>
    private static long Peak(Procedure procedure, MemoryPlan plan, Func<int, bool> counts)
    {
        (Lifetimes.Span Span, long Elements)[] matrices = [.. Matrices(new(procedure), plan)];
        return Enumerable.Range(0, procedure.Instructions.Count())
            .Where(counts)
            .Select(place => matrices.Where(matrix => matrix.Span.Begin <= place && place <= matrix.Span.End).Sum(static matrix => matrix.Elements))
            .DefaultIfEmpty()
            .Max();
    }

    private static IEnumerable<(Lifetimes.Span Span, long Elements)> Matrices(Lifetimes life, MemoryPlan plan) => life.Slots
        .Where(static slot => slot.Kind == SlotKind.Intermediate && slot.Shape.PerImage)
        .GroupBy(plan.Owner)
        .Where(group => plan.PlaceOf(group.Key).Region != Region.Caller)
        .Select(group => (life.Of(group), group.Key.ArenaElements));
}
