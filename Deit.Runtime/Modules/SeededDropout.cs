using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Modules;

/// <summary>
/// Dropout (Srivastava et al., JMLR 15, 2014): while training, every element is dropped with probability <see cref="Rate"/>, and what is
/// kept is divided by <c>1 - rate</c>, so that the expectation stays. In evaluation, and at rate 0, it changes nothing. It has no
/// parameters; of torch's global generator it draws one number, from which the whole mask follows.
/// </summary>
/// <remarks>
/// That is what <c>torch.nn.Dropout</c> does not do: a mask of its own cannot be drawn again, which generated training code does. Masks
/// are drawn on the CPU, which gives the same on every device, and of feature maps with channels last.
/// </remarks>
public sealed class SeededDropout : nn.Module<Tensor, Tensor>
{
    /// <summary>As many as libtorch's generator tells apart: it takes 32 bits.</summary>
    private const long Seeds = 1L << 32;

    /// <summary>Makes the module.</summary>
    /// <param name="rate">The probability to drop an element: at least 0 and less than 1.</param>
    /// <exception cref="DeitException"><paramref name="rate"/> is out of range.</exception>
    public SeededDropout(double rate)
        : base(nameof(SeededDropout)) => Rate = Check.Value("Dropout rate", rate, rate is >= 0 and < 1, "at least 0 and less than 1");

    /// <summary>The probability to drop an element.</summary>
    public double Rate { get; }

    /// <summary>Whether it drops anything now.</summary>
    internal bool Drops => training && Rate > 0;

    /// <summary>Drops elements.</summary>
    /// <param name="input">Any shape; of four dimensions, (batch, channels, height, width).</param>
    /// <returns>A tensor of the same shape.</returns>
    public override Tensor forward(Tensor input)
    {
        if (!Drops) return input.alias();

        using DisposeScope scope = NewDisposeScope();
        Tensor mask = input.shape is [var batch, var channels, var height, var width]
            ? empty([batch, height, width, channels], dtype: input.dtype, device: input.device)
            : empty(input.shape, dtype: input.dtype, device: input.device);
        FillMask(mask, DrawSeed());
        return (input * (mask.dim() == 4 ? mask.permute(0, 3, 1, 2) : mask)).MoveToOuterDisposeScope();
    }

    /// <summary>Draws the number that the next mask follows from.</summary>
    internal static long DrawSeed()
    {
        using Tensor seed = randint(Seeds, [1], dtype: ScalarType.Int64, device: CPU);
        return seed.item<long>();
    }

    /// <summary>Writes the mask that follows from a number: 0 where an element is dropped, 1 / (1 - rate) where it is kept.</summary>
    internal void FillMask(Tensor mask, long seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        Tensor drawn = mask.device_type == DeviceType.CPU ? mask : empty(mask.shape, dtype: mask.dtype, device: CPU);
        drawn.bernoulli_(1 - Rate, generator).div_(1 - Rate);
        if (!ReferenceEquals(drawn, mask)) mask.copy_(drawn);
    }
}
