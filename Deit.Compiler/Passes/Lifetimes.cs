using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>When the matrices of a procedure are written and last read, counted in instructions through both passes.</summary>
internal sealed class Lifetimes
{
    private readonly Dictionary<Slot, (int Begin, int End)> _spans = [];
    private readonly Dictionary<Instruction, int> _places;
    private readonly int _forward;

    /// <summary>Finds the lifetimes.</summary>
    public Lifetimes(Procedure procedure)
    {
        Instruction[] instructions = [.. procedure.Instructions];
        _forward = procedure.Forward.Length;
        _places = new(InstructionIdentity.Comparer);
        for (int i = 0; i < instructions.Length; i++)
        {
            _places.Add(instructions[i], i);
            foreach (Slot slot in instructions[i].Reads.Concat(instructions[i].Writes))
            {
                _spans[slot] = _spans.TryGetValue(slot, out (int Begin, int End) span) ? (span.Begin, i) : (i, i);
            }
        }

        // Where every image is kept, what is taken is the matrix itself.
        foreach (Instruction take in instructions.Where(static instruction => instruction.Kernel == "TakeKept"))
        {
            Slot whole = take["dy"]!;
            _spans[whole] = (_spans[whole].Begin, Math.Max(_spans[whole].End, _spans[take["taken"]!].End));
        }

        foreach (Slot gradient in procedure.OutputGradients.Where(_spans.ContainsKey)) _spans[gradient] = (_forward, _spans[gradient].End);
        // What a procedure returns outlives the pass that makes it.
        foreach (Slot output in procedure.Outputs.Where(_spans.ContainsKey)) _spans[output] = (_spans[output].Begin, Math.Max(_spans[output].End, _forward));
    }

    /// <summary>All matrices that instructions name.</summary>
    public IEnumerable<Slot> Slots => _spans.Keys;

    /// <summary>The number of an instruction.</summary>
    public int Place(Instruction instruction) => _places[instruction];

    /// <summary>The last instruction that names a matrix.</summary>
    public int LastRead(Slot slot) => _spans[slot].End;

    /// <summary>When the first of some matrices that share their memory is written and the last of them read.</summary>
    public Span Of(IEnumerable<Slot> slots)
    {
        (int Begin, int End)[] spans = [.. slots.Select(slot => _spans[slot])];
        return new(spans.Min(static span => span.Begin), spans.Max(static span => span.End), _forward);
    }

    /// <summary>A time in which memory is needed.</summary>
    /// <param name="Begin">The first instruction.</param>
    /// <param name="End">The last one.</param>
    /// <param name="Forward">Instructions of the forward pass.</param>
    internal readonly record struct Span(int Begin, int End, int Forward)
    {
        /// <summary>Whether both passes need it.</summary>
        public bool IsTape => Begin < Forward && End >= Forward;

        /// <summary>Whether the forward pass needs it alone.</summary>
        public bool IsForward => End < Forward;
    }
}
