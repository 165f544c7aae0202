using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Training;

/// <summary>A residual block, or another part of a model that is used whole: a forward and a backward method of the generated code.</summary>
/// <param name="name">The block's class name.</param>
/// <param name="summary">What the block is.</param>
/// <param name="procedure">Its two passes.</param>
internal sealed class TrainingUnit(string name, string summary, Procedure procedure)
{
    /// <summary>The block's class name.</summary>
    public string Name { get; } = name;

    /// <summary>What the block is.</summary>
    public string Summary { get; } = summary;

    /// <summary>Its two passes.</summary>
    public Procedure Procedure { get; } = procedure;

    /// <summary>Whether the backward method reads what the forward method returned.</summary>
    public bool ReadsOutputInBackward { get; } = procedure.Backward.Any(instruction => instruction.Reads.Contains(procedure.Outputs[0]));
}

/// <summary>A method of a unit.</summary>
internal enum UnitMethod
{
    /// <summary>The forward pass.</summary>
    Forward,

    /// <summary>The forward pass again, before the backward pass, of a unit whose tape was not kept; see <see cref="Passes.Checkpointing"/>.</summary>
    Replay,

    /// <summary>The backward pass.</summary>
    Backward,
}

/// <summary>A call of one of a unit's methods: an instruction of the model.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Path">Where in the model its parameters are: <c>blocks.3</c>.</param>
/// <param name="Method">Which method.</param>
/// <param name="Operands">What it is called with, in the order of the method's arguments.</param>
internal sealed record UnitCall(TrainingUnit Unit, string Path, UnitMethod Method, ImmutableArray<Operand> Operands)
    : Instruction(Method.ToString(), Operands, Path);
