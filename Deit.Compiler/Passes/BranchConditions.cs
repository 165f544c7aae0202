using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Puts under the condition that a branch of stochastic depth is kept what is done for its sake alone: forward, all that only the
/// branch's end reads; backward, all that is made of its gradient, and what only that reads. It comes last, when kernels are fused.
/// </summary>
internal static class BranchConditions
{
    /// <summary>Applies the pass to every branch that a whole mini-batch keeps or leaves out.</summary>
    /// <exception cref="NotSupportedException">A branch shares what it computes with the rest.</exception>
    public static Procedure Apply(Procedure procedure)
    {
        Slot[] branches = [.. procedure.Instructions.SelectMany(static instruction => instruction.Reads)
            .Where(static slot => slot is { Kind: SlotKind.KeptImages, IsWholeBatch: true }).GroupBy(static slot => slot.State).Select(static group => group.First())];
        return branches.Aggregate(procedure, Apply);
    }

    private static Procedure Apply(Procedure procedure, Slot kept)
    {
        HashSet<Slot> leaving = [.. procedure.Outputs, .. procedure.InputGradients.OfType<Slot>()];
        HashSet<Instruction> backward = Backward(procedure, kept, leaving);
        HashSet<Instruction> forward = Forward(procedure, kept, leaving);
        HashSet<Slot> written = [.. forward.SelectMany(static instruction => instruction.Writes)];
        bool isClosed = procedure.Backward.All(instruction => backward.Contains(instruction) || Is(instruction, kept) || !instruction.Reads.Any(written.Contains));
        bool isWhole = !forward.Concat(backward).Any(static instruction => instruction is UnitCall) && !backward.SelectMany(static instruction => instruction.Writes).Any(leaving.Contains);
        if (!procedure.Forward.Any(instruction => Is(instruction, kept) && Branch(instruction) is not null)) return procedure;
        if (!isClosed || !isWhole) throw new NotSupportedException($"what is done for the sake of {kept.State} cannot be told from the rest");

        return procedure with { Forward = Under(procedure.Forward, forward, kept), Backward = Under(procedure.Backward, backward, kept) };
    }

    /// <summary>What nobody but the end of the branch needs.</summary>
    private static HashSet<Instruction> Forward(Procedure procedure, Slot kept, HashSet<Slot> leaving)
    {
        HashSet<Instruction> branch = new(InstructionIdentity.Comparer);
        HashSet<Slot> ends = [.. procedure.Forward.Where(instruction => Is(instruction, kept)).Select(Branch).OfType<Slot>()];
        AddMakers(branch, procedure.Forward, leaving, (slot, reader) => branch.Contains(reader) || (ends.Contains(slot) && Is(reader, kept)));
        return branch;
    }

    /// <summary>What the gradient of the branch's end goes into, to where it meets the gradient that came past the branch.</summary>
    private static HashSet<Instruction> Backward(Procedure procedure, Slot kept, HashSet<Slot> leaving)
    {
        HashSet<Instruction> branch = new(InstructionIdentity.Comparer);
        HashSet<Slot> inside = [];
        foreach (Instruction instruction in procedure.Backward)
        {
            bool begins = instruction.Kernel == "ScaleImages" && Is(instruction, kept);
            if (!begins && (!instruction.Reads.Any(inside.Contains) || (instruction.Kernel is WholeBatchDepth.GradientSum or WholeBatchDepth.NormGradient && Is(instruction, kept)))) continue;
            branch.Add(instruction);
            inside.UnionWith(instruction.Writes.Where(static slot => slot.Kind == SlotKind.Intermediate));
        }

        AddMakers(branch, procedure.Backward, leaving, (_, reader) => branch.Contains(reader));
        return branch;
    }

    /// <summary>Adds, last to first, the instructions all of whose results serve the branch.</summary>
    private static void AddMakers(HashSet<Instruction> branch, ImmutableArray<Instruction> pass, HashSet<Slot> leaving, Func<Slot, Instruction, bool> serves)
    {
        foreach (Instruction instruction in pass.Reverse())
        {
            // What nobody reads in this pass is kept for the other one.
            (Slot Slot, Instruction Reader)[] readers = [.. instruction.Writes.SelectMany(slot => pass.Where(reader => reader.Reads.Contains(slot)).Select(reader => (slot, reader)))];
            if (readers.Length > 0 && readers.All(reading => serves(reading.Slot, reading.Reader)) && instruction.Writes.All(slot => slot.Kind == SlotKind.Intermediate && !leaving.Contains(slot)))
            {
                branch.Add(instruction);
            }
        }
    }

    /// <summary>The branch that an instruction adds to the shortcut where it is kept; null of other instructions.</summary>
    private static Slot? Branch(Instruction instruction) => instruction.Kernel switch
    {
        WholeBatchDepth.Sum => instruction["branch"],
        "LinearOnto" => instruction["x"],
        _ => null,
    };

    private static bool Is(Instruction instruction, Slot kept) => instruction["kept"]?.State == kept.State;

    /// <summary>The pass with the condition on what is of the branch; a weight's gradient does not wait for the sum after which it stood.</summary>
    private static ImmutableArray<Instruction> Under(ImmutableArray<Instruction> pass, HashSet<Instruction> branch, Slot kept)
    {
        var ordered = new List<Instruction>(pass.Length);
        foreach (Instruction instruction in pass)
        {
            if (!branch.Contains(instruction))
            {
                ordered.Add(instruction);
                continue;
            }

            int last = ordered.FindLastIndex(earlier => earlier.RunsWith.Contains(kept));
            bool isFree = last >= 0 && !ordered.Skip(last + 1).Any(between => between.Writes.Any(instruction.Reads.Contains));
            ordered.Insert(isFree ? last + 1 : ordered.Count, instruction with { RunsWith = instruction.RunsWith.Add(kept) });
        }

        return [.. ordered];
    }
}
