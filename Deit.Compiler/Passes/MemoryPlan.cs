using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>In which part of the arena a matrix lies.</summary>
internal enum Region
{
    /// <summary>Kept from forward to backward; of a whole model, the arena.</summary>
    Tape,

    /// <summary>Used in the forward method alone, as far as that does not lie where the tape will.</summary>
    Forward,

    /// <summary>Used in the backward method alone, as far as that does not lie where the tape was.</summary>
    Backward,

    /// <summary>Of an extent that does not depend on the batch.</summary>
    Constant,

    /// <summary>Given by the caller.</summary>
    Caller,
}

/// <summary>Where a matrix lies: elements from the beginning of its region, for each image of the batch.</summary>
/// <param name="Region">The region.</param>
/// <param name="Offset">Elements before it.</param>
internal readonly record struct Place(Region Region, long Offset);

/// <summary>A unit's call in the model: where its regions begin, in elements for each image of the batch.</summary>
/// <param name="Tape">Its tape.</param>
/// <param name="Forward">What its forward method uses alone.</param>
/// <param name="Backward">What its backward method uses alone.</param>
/// <param name="Constant">What does not depend on the batch.</param>
internal sealed record UnitPlace(long Tape, long Forward, long Backward, long Constant);

/// <summary>
/// The place in one arena of every matrix of a training step, chosen while compiling: extents are proportional to the batch, so
/// places are, too.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly Dictionary<Slot, Slot> _owners = [];
    private readonly Dictionary<Slot, Place> _places = [];

    private MemoryPlan()
    {
    }

    /// <summary>Elements of each region for each image, that of constants altogether.</summary>
    public ImmutableDictionary<Region, long> Sizes { get; private set; } = ImmutableDictionary<Region, long>.Empty;

    /// <summary>Whether the gradient of the input is written over that of the output.</summary>
    public bool ReplacesGradient { get; private set; }

    /// <summary>Where each unit of a model lies, by its path.</summary>
    public ImmutableDictionary<string, UnitPlace> Units { get; private set; } = ImmutableDictionary<string, UnitPlace>.Empty;

    /// <summary>The matrix whose memory a matrix shares: itself, or one that it replaces.</summary>
    public Slot Owner(Slot slot)
    {
        while (_owners.TryGetValue(slot, out Slot? owner)) slot = owner;
        return slot;
    }

    /// <summary>Where a matrix lies.</summary>
    public Place PlaceOf(Slot slot) => _places[Owner(slot)];

    /// <summary>Plans a unit, whose inputs and outputs are its caller's.</summary>
    /// <param name="procedure">The unit's passes.</param>
    /// <param name="mayReplaceGradient">Whether backward may write the input's gradient over the output's.</param>
    /// <param name="replay">What makes its tape again, without the output; null where the tape is kept.</param>
    /// <param name="together">Whether the tape, what forward uses alone and what backward uses alone are one region, that of the tape.</param>
    public static MemoryPlan OfUnit(Procedure procedure, bool mayReplaceGradient, IEnumerable<Instruction>? replay = null, bool together = false)
    {
        HashSet<Slot> replayed = [.. (replay ?? []).SelectMany(static instruction => instruction.Writes)];
        HashSet<Slot> callers = [.. procedure.Inputs, .. procedure.Outputs, .. procedure.OutputGradients, .. procedure.InputGradients.OfType<Slot>()];
        var plan = new MemoryPlan();
        var life = new Lifetimes(procedure);
        Slot? dy = mayReplaceGradient && procedure.OutputGradients.Length == 1 ? procedure.OutputGradients[0] : null;
        Slot? dx = procedure.InputGradients.Length == 1 ? procedure.InputGradients[0] : null;
        plan.ShareMemory(procedure, life, callers, replayed, replaceable: dx is null ? null : dy);
        if (dy is not null && dx is not null && plan.Owner(dx) != plan.Owner(dy))
        {
            // What replaces the gradient halfway must end in the input's gradient, or the caller's matrix would be lost for nothing.
            plan = new();
            plan.ShareMemory(procedure, life, callers, replayed, replaceable: null);
        }

        plan.ReplacesGradient = dy is not null && dx is not null && plan.Owner(dx) == plan.Owner(dy);
        foreach (Slot slot in callers) plan._places[plan.Owner(slot)] = new(Region.Caller, 0);
        plan.PlaceAll(life, span => together || span.IsTape ? Region.Tape : span.IsForward ? Region.Forward : Region.Backward, []);
        return plan;
    }

    /// <summary>Plans a model, whose units are planned already.</summary>
    /// <param name="procedure">The model's passes.</param>
    /// <param name="units">The plans of its units.</param>
    public static MemoryPlan OfModel(Procedure procedure, IReadOnlyDictionary<TrainingUnit, MemoryPlan> units)
    {
        var plan = new MemoryPlan();
        HashSet<Slot> callers = [.. procedure.Inputs];
        var life = new Lifetimes(procedure);
        plan.ShareMemory(procedure, life, callers, [], replaceable: null);
        foreach (Slot slot in callers) plan._places[plan.Owner(slot)] = new(Region.Caller, 0);

        var items = new List<PackedItem>();
        foreach (IGrouping<string, UnitCall> calls in procedure.Instructions.OfType<UnitCall>().GroupBy(static call => call.Path))
        {
            // Once, or a second time right before the backward pass; the tape is written each time, and the last one is kept.
            int[] forward = [.. calls.Where(static call => call.Method != UnitMethod.Backward).Select(life.Place)];
            int end = life.Place(calls.Last());
            ImmutableArray<Interval> runs = [.. forward.Select(static place => new Interval(place, place))];
            ImmutableDictionary<Region, long> sizes = units[calls.First().Unit].Sizes;
            items.Add(new(calls.Key, Region.Tape, sizes[Region.Tape], runs.SetItem(runs.Length - 1, new(forward.Last(), end))));
            items.Add(new(calls.Key, Region.Forward, sizes[Region.Forward], runs));
            items.Add(new(calls.Key, Region.Backward, sizes[Region.Backward], [new(end, end)]));
            items.Add(new(calls.Key, Region.Constant, sizes[Region.Constant], [new(forward[0], end)]));
        }

        plan.PlaceAll(life, static _ => Region.Tape, items);
        return plan;
    }

    /// <summary>Lets outputs of kernels take the place of inputs that nobody reads again.</summary>
    private void ShareMemory(Procedure procedure, Lifetimes life, HashSet<Slot> callers, HashSet<Slot> replayed, Slot? replaceable)
    {
        HashSet<Slot> taken = [.. procedure.Backward.Where(static instruction => instruction.Kernel == "TakeKept").Select(static instruction => instruction["taken"]!)];
        foreach (Instruction instruction in procedure.Instructions)
        {
            foreach (Operand write in instruction.Operands.Where(static operand => operand.MayReplace.Length > 0))
            {
                Slot old = instruction[write.MayReplace]!;
                Slot owner = Owner(old);
                bool isFree = (owner.Kind == SlotKind.Intermediate && !callers.Contains(owner) && !taken.Contains(owner)) || owner == replaceable;
                if (!isFree || old.KeptBy != write.Slot!.KeptBy || write.Slot.Kind == SlotKind.ParameterGradient || !old.Shape.Equals(write.Slot.Shape) || old.IsHalf != write.Slot.IsHalf) continue;
                if (life.LastRead(old) > life.Place(instruction) || instruction.Reads.Count(read => Owner(read) == owner) > 1) continue;

                // Where what is written is the caller's, what was there before it is written into the caller's matrix, too, unless it must do without.
                bool becomesCallers = callers.Contains(write.Slot) && owner != replaceable;
                if (becomesCallers && replayed.Any(slot => Owner(slot) == owner)) continue;
                if (becomesCallers) _owners[owner] = write.Slot;
                else _owners[write.Slot] = owner;
            }
        }
    }

    private void PlaceAll(Lifetimes life, Func<Lifetimes.Span, Region> regionOf, List<PackedItem> items)
    {
        foreach (IGrouping<Slot, Slot> group in life.Slots.Where(static slot => slot.Kind == SlotKind.Intermediate).GroupBy(Owner))
        {
            if (_places.ContainsKey(group.Key)) continue;
            Lifetimes.Span span = life.Of(group);
            items.Add(new(group.Key, group.Key.Shape.PerImage ? regionOf(span) : Region.Constant, group.Key.ArenaElements, [new(span.Begin, span.End)]));
        }

        var offsets = new Dictionary<PackedItem, long>();
        var sizes = new Dictionary<Region, long> { [Region.Tape] = 0, [Region.Forward] = 0, [Region.Backward] = 0, [Region.Constant] = 0 };
        var lodgers = new HashSet<PackedItem>();
        foreach (IGrouping<Region, PackedItem> region in items
            .GroupBy(item => item.Key is Slot || item.Region == Region.Constant ? item.Region : Region.Tape)
            .OrderBy(static region => region.Key))
        {
            (IReadOnlyDictionary<PackedItem, long> places, sizes[region.Key]) = Packing.Pack([.. region.Where(item => !lodgers.Contains(item))]);
            foreach (KeyValuePair<PackedItem, long> place in places) offsets.Add(place.Key, place.Value);
            if (region.Key != Region.Tape) continue;

            // The forward method may use what it has not written of the tape yet, the backward method what it has read for the last time.
            foreach (KeyValuePair<PackedItem, long> place in Packing.Lodge(items.Where(static item => item.Key is Slot && item.Region is Region.Forward or Region.Backward), places, sizes[Region.Tape]))
            {
                offsets.Add(place.Key, place.Value);
                lodgers.Add(place.Key);
            }
        }

        Sizes = sizes.ToImmutableDictionary();
        foreach (PackedItem item in items)
        {
            if (item.Key is Slot slot) _places[slot] = new(lodgers.Contains(item) ? Region.Tape : item.Region, offsets[item]);
        }

        Units = items.Where(static item => item.Key is string).GroupBy(static item => (string)item.Key).ToImmutableDictionary(static unit => unit.Key, unit =>
        {
            long At(Region region) => offsets[unit.Single(item => item.Region == region)];
            return new UnitPlace(At(Region.Tape), At(Region.Forward), At(Region.Backward), At(Region.Constant));
        });
    }
}
