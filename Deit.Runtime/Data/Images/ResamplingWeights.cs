using System.Runtime.Intrinsics;

namespace Deit.Data;

/// <summary>
/// Which pixels of a row or column each output pixel is the sum of, and their weights as whole numbers. Equal to Pillow's, of
/// which the images are that published weights were trained and evaluated with.
/// </summary>
internal sealed class ResamplingWeights
{
    /// <summary>Bits behind the binary point of a weight: 32 less 8 of a pixel's value and 2 of overshoot and sign.</summary>
    public const int FractionBits = 32 - 8 - 2;

    /// <summary>What a sum of weighted pixels starts from, so that dropping its fraction rounds.</summary>
    public const int Half = 1 << (FractionBits - 1);

    private readonly int[] _first;
    private readonly int[] _counts;
    private readonly int[] _weights;
    private readonly int _most;

    private ResamplingWeights(int outputs, int most)
    {
        _first = new int[outputs];
        _counts = new int[outputs];
        _weights = new int[checked(outputs * most)];
        _most = most;
    }

    /// <summary>Output pixels.</summary>
    public int Count => _first.Length;

    /// <summary>The most weights that an output pixel has.</summary>
    public int MostWeights => _most;

    /// <summary>The first source pixel that any output needs.</summary>
    public int SourceStart => _first[0];

    /// <summary>The end of the source pixels that any output needs.</summary>
    public int SourceEnd => _first[^1] + _counts[^1];

    /// <summary>Computes the weights.</summary>
    /// <param name="filter">A filter that has a kernel.</param>
    /// <param name="axis">The axis.</param>
    public static ResamplingWeights Compute(ResamplingFilter filter, ResamplingAxis axis)
    {
        double stretch = Math.Max(1, axis.Scale);
        double support = filter.Support() * stretch;
        int most = (int)Math.Min(((int)Math.Ceiling(support) * 2L) + 1, axis.InputSize);
        var result = new ResamplingWeights(axis.WindowSize, most);
        var kernel = new double[most];
        for (int output = 0; output < axis.WindowSize; output++)
        {
            double centre = (axis.WindowStart + output + 0.5) * axis.Scale;
            int first = Math.Max(0, (int)(centre - support + 0.5));
            int count = Math.Min(axis.InputSize, (int)(centre + support + 0.5)) - first;
            (result._first[output], result._counts[output]) = (first, count);

            double sum = 0;
            double perPixel = 1 / stretch;
            for (int i = 0; i < count; i++) sum += kernel[i] = filter.Kernel((i + first - centre + 0.5) * perPixel);
            Span<int> weights = result._weights.AsSpan(output * most, count);
            for (int i = 0; i < count; i++) weights[i] = ToFixedPoint(sum != 0 ? kernel[i] / sum : kernel[i]);
        }

        return result;
    }

    /// <summary>The first source pixel of an output pixel.</summary>
    public int First(int output) => _first[output];

    /// <summary>How many source pixels an output pixel has.</summary>
    public int CountOf(int output) => _counts[output];

    /// <summary>The weights of an output pixel's source pixels.</summary>
    public ReadOnlySpan<int> Weights(int output) => _weights.AsSpan(output * _most, _counts[output]);

    /// <summary>A sum of weighted pixels as a pixel.</summary>
    public static byte ToByte(int sum) => (byte)Math.Clamp(sum >> FractionBits, byte.MinValue, byte.MaxValue);

    /// <summary>Four sums of weighted pixels as four bytes, the first sum lowest.</summary>
    public static uint ToLevels(Vector128<int> sums)
    {
        Vector128<int> rounded = (sums + Vector128.Create(Half)) >> FractionBits;
        Vector128<int> levels = Vector128.Clamp(rounded, Vector128<int>.Zero, Vector128.Create((int)byte.MaxValue));
        Vector128<ushort> words = Vector128.Narrow(levels, levels).AsUInt16();
        return Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }

    private static int ToFixedPoint(double weight) => (int)((weight * (1 << FractionBits)) + (weight < 0 ? -0.5 : 0.5));
}
