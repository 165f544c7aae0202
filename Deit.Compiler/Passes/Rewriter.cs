using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>A procedure while rules rewrite it: who makes a matrix, who reads it, and replacement in place.</summary>
/// <param name="procedure">What is rewritten.</param>
internal sealed class Rewriter(Procedure procedure)
{
    private readonly List<Instruction> _forward = [.. procedure.Forward];
    private readonly List<Instruction> _backward = [.. procedure.Backward];
    private readonly HashSet<Slot> _kept = [.. procedure.Outputs, .. procedure.InputGradients.OfType<Slot>()];
    private Dictionary<Slot, Instruction>? _producers;
    private ILookup<Slot, Instruction>? _readers;

    /// <summary>The forward pass.</summary>
    public IReadOnlyList<Instruction> Forward => _forward;

    /// <summary>The backward pass.</summary>
    public IReadOnlyList<Instruction> Backward => _backward;

    /// <summary>The calls of a kernel in either pass, as they are now.</summary>
    public ImmutableArray<Instruction> Calls(string kernel) => [.. _forward.Concat(_backward).Where(instruction => instruction.Kernel == kernel)];

    /// <summary>The instruction that writes a matrix, or null where the caller does.</summary>
    public Instruction? Producer(Slot? slot)
    {
        _producers ??= _forward.Concat(_backward).SelectMany(static instruction => instruction.Writes.Select(slot => (slot, instruction))).ToDictionary(static pair => pair.slot, static pair => pair.instruction);
        return slot is not null && _producers.TryGetValue(slot, out Instruction? producer) ? producer : null;
    }

    /// <summary>The instructions that read a matrix, of either pass.</summary>
    public ImmutableArray<Instruction> Readers(Slot? slot)
    {
        _readers ??= _forward.Concat(_backward).SelectMany(static instruction => instruction.Reads.Distinct().Select(slot => (slot, instruction))).ToLookup(static pair => pair.slot, static pair => pair.instruction);
        return slot is null ? [] : [.. _readers[slot]];
    }

    /// <summary>The one instruction that reads a matrix which is of no use elsewhere, or null.</summary>
    public Instruction? OnlyReader(Slot? slot) => slot is not null && !IsKept(slot) && Readers(slot) is [Instruction reader] ? reader : null;

    /// <summary>The one instruction of the forward pass that reads a matrix; backward may read it too.</summary>
    public Instruction? OnlyForwardReader(Slot slot) =>
        !IsKept(slot) && _forward.Where(instruction => instruction.Reads.Contains(slot)).ToArray() is [Instruction reader] ? reader : null;

    /// <summary>Whether a matrix leaves the procedure.</summary>
    public bool IsKept(Slot slot) => _kept.Contains(slot) || slot.Kind == SlotKind.ParameterGradient;

    /// <summary>Whether an instruction is of the forward pass.</summary>
    public bool IsForward(Instruction instruction) => _forward.Any(candidate => ReferenceEquals(candidate, instruction));

    /// <summary>Whether one instruction comes before another.</summary>
    public bool IsBefore(Instruction first, Instruction second) => Place(first) < Place(second);

    /// <summary>Puts one instruction in another's place.</summary>
    public Instruction Replace(Instruction old, Instruction replacement)
    {
        (List<Instruction> list, int index) = Find(old);
        list[index] = replacement;
        Changed();
        return replacement;
    }

    /// <summary>Puts an instruction before another.</summary>
    public Instruction InsertBefore(Instruction place, Instruction instruction)
    {
        (List<Instruction> list, int index) = Find(place);
        list.Insert(index, instruction);
        Changed();
        return instruction;
    }

    /// <summary>Takes instructions out.</summary>
    public void Remove(params Instruction[] instructions)
    {
        foreach (Instruction instruction in instructions)
        {
            (List<Instruction> list, int index) = Find(instruction);
            list.RemoveAt(index);
        }

        Changed();
    }

    /// <summary>Lets every instruction of the backward pass read <paramref name="replacement"/> where it read <paramref name="slot"/>.</summary>
    public void ReadInBackward(Slot slot, Slot replacement, Instruction except)
    {
        for (int i = 0; i < _backward.Count; i++)
        {
            if (!ReferenceEquals(_backward[i], except) && _backward[i].Reads.Contains(slot)) _backward[i] = _backward[i].Reading(slot, replacement);
        }

        Changed();
    }

    /// <summary>Removes what nobody needs and puts the backward pass in an order in which everything is made before it is read.</summary>
    public Procedure Finish()
    {
        while (_forward.Concat(_backward).FirstOrDefault(instruction => instruction is not UnitCall && !instruction.Writes.Any(IsNeeded)) is { } dead) Remove(dead);
        return procedure with { Forward = [.. _forward], Backward = Ordered() };
    }

    private bool IsNeeded(Slot slot) => IsKept(slot) || !Readers(slot).IsEmpty;

    /// <summary>A stable topological order: an instruction waits only for what it reads.</summary>
    private ImmutableArray<Instruction> Ordered()
    {
        var pending = new List<Instruction>(_backward);
        HashSet<Slot> missing = [.. _backward.SelectMany(static instruction => instruction.Writes)];
        var ordered = ImmutableArray.CreateBuilder<Instruction>(pending.Count);
        while (pending.Count > 0)
        {
            int next = pending.FindIndex(instruction => !instruction.Reads.Any(missing.Contains));
            if (next < 0) throw new InvalidOperationException($"The gradients of {pending[0].Layer} depend on each other.");
            missing.ExceptWith(pending[next].Writes);
            ordered.Add(pending[next]);
            pending.RemoveAt(next);
        }

        return ordered.ToImmutable();
    }

    private void Changed()
    {
        _producers = null;
        _readers = null;
    }

    private int Place(Instruction instruction)
    {
        (List<Instruction> list, int index) = Find(instruction);
        return ReferenceEquals(list, _forward) ? index : _forward.Count + index;
    }

    private (List<Instruction> List, int Index) Find(Instruction instruction)
    {
        foreach (List<Instruction> list in new[] { _forward, _backward })
        {
            int index = list.FindIndex(candidate => ReferenceEquals(candidate, instruction));
            if (index >= 0) return (list, index);
        }

        throw new InvalidOperationException($"{instruction.Kernel} is no instruction of the procedure.");
    }
}
