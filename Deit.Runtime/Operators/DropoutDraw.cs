using Deit.Modules;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>What a dropout draws for a step: a number, from which its mask follows as often as it is made.</summary>
public sealed class DropoutDraw
{
    private readonly SeededDropout _module;
    private long? _seed;

    internal DropoutDraw(SeededDropout module) => _module = module;

    /// <summary>Draws the number of the next step, where the module drops anything.</summary>
    internal void Refresh() => _seed = _module.Drops ? SeededDropout.DrawSeed() : null;

    /// <summary>Writes the mask of this step.</summary>
    internal void Fill(Tensor mask)
    {
        if (_seed is { } seed) _module.FillMask(mask, seed);
        else mask.fill_(1);
    }
}
