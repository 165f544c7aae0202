using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Emit;

/// <summary>Writes the <c>if</c> around instructions that run only where branches of stochastic depth are kept, and what is done otherwise.</summary>
/// <param name="code">Where to.</param>
/// <param name="matrices">What matrices are called.</param>
internal sealed class BranchCondition(CodeWriter code, MatrixNames matrices)
{
    private readonly List<Slot> _gradients = [];
    private ImmutableArray<Slot> _open = [];

    /// <summary>Brings the condition of an instruction about.</summary>
    /// <returns>Whether it is another one than that of the instruction before.</returns>
    public bool Enter(Instruction instruction)
    {
        bool changes = !instruction.RunsWith.SequenceEqual(_open);
        if (changes)
        {
            Leave();
            _open = instruction.RunsWith;
            code.Gap();
            if (!_open.IsEmpty) code.Open($"if ({string.Join(" && ", _open.Select(branch => $"{matrices.Of(branch)}.Any"))})");
        }

        if (!_open.IsEmpty) _gradients.AddRange(instruction.Writes.Where(static slot => slot.Kind == SlotKind.ParameterGradient));
        return changes;
    }

    /// <summary>Ends the condition. A branch that is left out has gradients of zero: they would be those of an earlier step otherwise.</summary>
    public void Leave()
    {
        if (_open.IsEmpty) return;
        code.Close();
        _open = [];
        if (_gradients.Count == 0) return;

        code.Open("else");
        foreach (Slot gradient in _gradients) code.Line($"Fused.Zero({matrices.Of(gradient)});");
        code.Close();
        _gradients.Clear();
    }
}
