using System.Collections.Generic;
using System.Collections.Immutable;

namespace Deit.Compiler.Training;

/// <summary>The two methods of a unit, or of the whole model, as straight lines of kernels.</summary>
/// <param name="Inputs">What forward is called with.</param>
/// <param name="Outputs">What it returns.</param>
/// <param name="Forward">The forward pass.</param>
/// <param name="OutputGradients">What backward is called with, one for each output.</param>
/// <param name="InputGradients">What it returns, one for each input; null where nobody asks for it: images.</param>
/// <param name="Backward">The backward pass.</param>
internal sealed record Procedure(
    ImmutableArray<Slot> Inputs,
    ImmutableArray<Slot> Outputs,
    ImmutableArray<Instruction> Forward,
    ImmutableArray<Slot> OutputGradients,
    ImmutableArray<Slot?> InputGradients,
    ImmutableArray<Instruction> Backward)
{
    /// <summary>Both passes, one after the other.</summary>
    public IEnumerable<Instruction> Instructions => [.. Forward, .. Backward];
}
