using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Modules;

/// <summary>
/// Stochastic depth (Huang et al., arXiv 1603.09382): while training, a residual branch is dropped with probability
/// <see cref="Rate"/>, for each sample by itself or for all of a batch together, and what is kept is divided by <c>1 - rate</c>, so
/// that the expectation stays. In evaluation, and at rate 0, it changes nothing. It has no parameters; it draws from torch's
/// global generator, a number for each sample or one.
/// </summary>
public sealed class DropPath : nn.Module<Tensor, Tensor>
{
    /// <summary>Makes the module.</summary>
    /// <param name="rate">The probability to drop a branch: at least 0 and less than 1.</param>
    /// <param name="mode">What it is dropped for.</param>
    /// <exception cref="DeitException"><paramref name="rate"/> is out of range.</exception>
    public DropPath(double rate, DropPathMode mode = DropPathMode.Sample)
        : base(nameof(DropPath))
    {
        Rate = CheckRate(rate);
        Mode = mode;
    }

    /// <summary>The probability to drop a branch.</summary>
    public double Rate { get; }

    /// <summary>What it is dropped for.</summary>
    public DropPathMode Mode { get; }

    /// <summary>Drops a branch, or samples of it.</summary>
    /// <param name="input">The output of a residual branch, shape (batch, ...).</param>
    /// <returns>A tensor of the same shape.</returns>
    public override Tensor forward(Tensor input)
    {
        if (!training || Rate == 0)
        {
            return input.alias();
        }

        using DisposeScope scope = NewDisposeScope();
        long[] shape = new long[input.dim()];
        Array.Fill(shape, 1);
        if (Mode == DropPathMode.Sample) shape[0] = input.size(0);
        Tensor scale = empty(shape, dtype: input.dtype, device: input.device).bernoulli_(1 - Rate).div_(1 - Rate);
        return (input * scale).MoveToOuterDisposeScope();
    }

    private static double CheckRate(double rate) => Check.Value("Drop path rate", rate, rate is >= 0 and < 1, "at least 0 and less than 1");
}
