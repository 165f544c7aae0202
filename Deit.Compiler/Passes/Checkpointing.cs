using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Activation checkpointing (Chen et al., arXiv 1604.06174, section 3): the units of a model are grouped, and of a group only what
/// it is called with is kept for the backward pass, which runs the group again before it differentiates it. One group's tape is alive
/// at a time, so that all lie in the same place.
/// </summary>
/// <remarks>
/// Groups are counted from the last unit: the last group is differentiated as soon as it has run, so its tape costs nothing and it
/// does not run again. What later groups read of a group is kept, and so not made again; nor is what backward does not read, such as
/// the last product of a group.
/// </remarks>
internal static class Checkpointing
{
    /// <summary>Applies the pass.</summary>
    /// <param name="model">The model.</param>
    /// <param name="every">Units of a group; 0 for none, where everything that backward reads is kept.</param>
    public static TrainingModel Apply(TrainingModel model, long every)
    {
        if (every == 0) return model;

        Procedure procedure = model.Procedure;
        UnitCall[] units = [.. procedure.Forward.OfType<UnitCall>()];
        for (long end = units.Length - every; end > 0; end -= every)
        {
            procedure = RunAgain(procedure, units[end > every ? end - every : 0], units[end - 1]);
        }

        return model with { Procedure = procedure };
    }

    /// <summary>Lets the backward pass of a group begin with its forward pass.</summary>
    private static Procedure RunAgain(Procedure procedure, UnitCall first, UnitCall last)
    {
        int begin = procedure.Forward.IndexOf(first);
        int end = procedure.Forward.IndexOf(last) + 1;
        Instruction[] group = [.. procedure.Forward.Skip(begin).Take(end - begin)];
        HashSet<string> units = [.. group.OfType<UnitCall>().Select(static call => call.Path)];

        // What is made inside the group and read by nobody after it, until backward comes.
        HashSet<Slot> inside = [.. group.SelectMany(static instruction => Replay.Of(instruction).Writes)];
        inside.ExceptWith(procedure.Forward.Skip(end).SelectMany(static instruction => instruction.Reads));
        inside.ExceptWith(procedure.Outputs);

        ImmutableArray<Instruction> replay = ReplayOf(group, inside, procedure.Backward);
        Dictionary<Slot, Slot> again = replay.SelectMany(static instruction => instruction.Writes).Distinct().ToDictionary(static slot => slot, Again);
        HashSet<Slot> replaced = [.. again.Keys.Where(inside.Contains)];
        replay = [.. replay.Select(instruction => again.Aggregate(Reading(instruction), static (call, pair) => call.Writing(pair.Key, pair.Value)))];

        int place = procedure.Backward.TakeWhile(instruction => !(instruction is UnitCall call && units.Contains(call.Path)) && !instruction.Reads.Any(replaced.Contains)).Count();
        return procedure with { Backward = [.. procedure.Backward.Take(place), .. replay, .. procedure.Backward.Skip(place).Select(Reading)] };

        Instruction Reading(Instruction instruction) => instruction.Reads.Where(replaced.Contains).Distinct().Aggregate(instruction, (reader, slot) => reader.Reading(slot, again[slot]));
    }

    /// <summary>The instructions of a group that make again what backward reads of it.</summary>
    private static ImmutableArray<Instruction> ReplayOf(Instruction[] group, HashSet<Slot> inside, ImmutableArray<Instruction> backward)
    {
        HashSet<string> differentiated = [.. backward.OfType<UnitCall>().Select(static call => call.Path)];
        HashSet<Slot> needed = [.. backward.SelectMany(static instruction => instruction.Reads).Where(inside.Contains)];
        var replay = new Stack<Instruction>();
        foreach (Instruction instruction in group.Reverse())
        {
            bool hasTape = instruction is UnitCall unit && differentiated.Contains(unit.Path);
            if (!hasTape && !Replay.Of(instruction).Writes.Any(needed.Contains)) continue;

            replay.Push(instruction is UnitCall call ? Replay.Of(call, withOutput: needed.Contains(call["y"]!)) : Replay.Of(instruction));
            needed.UnionWith(replay.Peek().Reads.Where(inside.Contains));
        }

        return [.. replay];
    }

    private static Slot Again(Slot slot) => new(slot.Name + "Again", slot.Kind, slot.Shape) { ByHead = slot.ByHead, IsOfImages = slot.IsOfImages, KeptBy = slot.KeptBy };
}
