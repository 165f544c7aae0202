using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Forward instructions that run again before the backward pass: they write the same bits, and whatever a step counts once, such
/// as the running statistics of a batch norm, is not counted again.
/// </summary>
internal static class Replay
{
    /// <summary>The same instruction for a second time: a batch norm has its statistics already.</summary>
    public static Instruction Of(Instruction instruction) => instruction.Kernel != "BatchNorm" ? instruction with { } : new(
        "BatchNormAgain",
        [
            .. instruction.Operands
                .Where(static operand => operand.Name is not ("runningMean" or "runningVariance" or "batches"))
                .Select(static operand => operand.Name is "mean" or "inverseDeviation" ? operand with { Access = Access.Read } : operand),
        ],
        instruction.Layer)
    { RunsWith = instruction.RunsWith };

    /// <summary>The call that writes a unit's tape again and, where that is wanted or the tape is made of it, its output.</summary>
    public static UnitCall Of(UnitCall call, bool withOutput)
    {
        bool writesOutput = withOutput || OfTape(call.Unit).Any(instruction => instruction.Reads.Concat(instruction.Writes).Contains(call.Unit.Procedure.Outputs[0]));
        UnitMethod method = writesOutput && !Differs(call.Unit) ? UnitMethod.Forward : UnitMethod.Replay;
        return new(call.Unit, call.Path, method, [.. call.Operands.Where(operand => writesOutput || operand.Access == Access.Read)]);
    }

    /// <summary>All of a unit's forward pass, for a second time.</summary>
    public static ImmutableArray<Instruction> OfAll(TrainingUnit unit) => [.. unit.Procedure.Forward.Select(Of)];

    /// <summary>Of a unit's forward pass what writes its tape, for a second time: its output is not made again.</summary>
    public static ImmutableArray<Instruction> OfTape(TrainingUnit unit)
    {
        HashSet<Slot> needed = [.. unit.Procedure.Backward.SelectMany(static instruction => instruction.Reads).Where(slot => !unit.Procedure.Outputs.Contains(slot))];
        var replay = new Stack<Instruction>();
        foreach (Instruction instruction in unit.Procedure.Forward.Reverse().Select(Of))
        {
            if (!instruction.Writes.Any(needed.Contains)) continue;

            replay.Push(instruction["shifted"] is { } shifted && !needed.Contains(shifted) ? instruction.Without("shift", "shifted") : instruction);
            needed.UnionWith(replay.Peek().Reads);
        }

        return [.. replay];
    }

    /// <summary>Whether the forward pass would count something twice if it ran again as it is.</summary>
    private static bool Differs(TrainingUnit unit) => unit.Procedure.Forward.Any(static instruction => instruction.Kernel == "BatchNorm");
}
