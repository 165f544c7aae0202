using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The sum of the gradients of several backward passes, beside <see cref="FlatParameters"/>: generated code writes gradients and adds
/// to none, so what a pass wrote is added up here, one pass over memory for each.
/// </summary>
/// <param name="parameters">The parameters, which stay their owner's.</param>
public sealed class FlatGradientSum(FlatParameters parameters) : IDisposable
{
    private readonly Tensor[] _sums =
    [
        .. parameters.Groups.Select(static group => zeros_like(group.Gradients, device: group.Gradients.device).DetachFromDisposeScope()),
    ];

    /// <summary>Forgets what was added.</summary>
    public void Clear() => Each(static (sum, _) => sum.zero_());

    /// <summary>Adds the gradients that the parameters have.</summary>
    public void Add() => Each(static (sum, group) => sum.add_(group.Gradients));

    /// <summary>Adds the sum to the gradients that the parameters have.</summary>
    public void AddToGradients() => Each(static (sum, group) => group.Gradients.add_(sum));

    /// <summary>Frees the sum.</summary>
    public void Dispose()
    {
        foreach (Tensor sum in _sums)
        {
            sum.Dispose();
        }
    }

    private void Each(Action<Tensor, FlatGroup> action)
    {
        using var eager = Eager.Begin();
        for (int index = 0; index < _sums.Length; index++) action(_sums[index], parameters.Groups[index]);
    }
}
