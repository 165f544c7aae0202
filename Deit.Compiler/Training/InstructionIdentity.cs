using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace Deit.Compiler.Training;

/// <summary>Tells instructions apart that read alike: each is the one it is.</summary>
internal sealed class InstructionIdentity : IEqualityComparer<Instruction>
{
    private InstructionIdentity()
    {
    }

    /// <summary>The comparer.</summary>
    public static InstructionIdentity Comparer { get; } = new();

    /// <inheritdoc/>
    public bool Equals(Instruction? x, Instruction? y) => ReferenceEquals(x, y);

    /// <inheritdoc/>
    public int GetHashCode(Instruction instruction) => RuntimeHelpers.GetHashCode(instruction);
}
