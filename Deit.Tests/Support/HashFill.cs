using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>
/// The deterministic weights and images of the reference vectors, "hash-2" of Reference/GOLDEN.md: both sides compute them,
/// so that neither has to store them.
/// </summary>
internal static class HashFill
{
    private const int CoarseSquare = 32;

    /// <summary>u(key, n): numbers in [-0.5, 0.5), each from its index and the key alone.</summary>
    public static double[] Uniform(string key, long count)
    {
        var numbers = new double[count];
        uint seed = Crc32(Encoding.UTF8.GetBytes(key));
        for (int i = 0; i < numbers.Length; i++) numbers[i] = Uniform(seed, (uint)i);
        return numbers;
    }

    /// <summary>The tensor of a state_dict entry, float32; a <c>num_batches_tracked</c> is int64.</summary>
    /// <param name="name">The entry's name: it decides both the numbers and the rule.</param>
    /// <param name="shape">The entry's shape.</param>
    public static Tensor Entry(string name, ReadOnlySpan<long> shape)
    {
        var rule = HashFillRule.Of(name, shape);
        if (rule.IsCounter) return zeros(shape, dtype: ScalarType.Int64, device: CPU);

        long count = 1;
        foreach (long extent in shape) count *= extent;
        var elements = new float[count];
        uint seed = Crc32(Encoding.UTF8.GetBytes(name));
        for (int i = 0; i < elements.Length; i++) elements[i] = (float)rule.Apply(Uniform(seed, (uint)i));
        return tensor(elements, shape.ToArray(), dtype: ScalarType.Float32, device: CPU);
    }

    /// <summary>Overwrites all parameters and persistent buffers of a module.</summary>
    public static void Fill(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((string name, Tensor target) in module.state_dict()) target.copy_(Entry(name, target.shape));
    }

    /// <summary>Normalised images of shape (batch, 3, height, width): noise, and squares of 32 pixels over it.</summary>
    public static Tensor Images(int batch, int height, int width)
    {
        int coarseHeight = (height + CoarseSquare - 1) / CoarseSquare;
        int coarseWidth = (width + CoarseSquare - 1) / CoarseSquare;
        double[] fine = Uniform("input", (long)batch * 3 * height * width);
        double[] coarse = Uniform("input.coarse", (long)batch * 3 * coarseHeight * coarseWidth);
        var pixels = new float[fine.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int plane, int inPlane) = Math.DivRem(i, height * width);
            (int y, int x) = Math.DivRem(inPlane, width);
            double square = coarse[(((plane * coarseHeight) + (y / CoarseSquare)) * coarseWidth) + (x / CoarseSquare)];
            pixels[i] = (float)((2 * fine[i]) + (2 * square));
        }

        return tensor(pixels, [batch, 3, height, width], dtype: ScalarType.Float32, device: CPU);
    }

    /// <summary>Noise of shape (batch, channels, height, width), of any number of channels.</summary>
    public static Tensor Images(int batch, IReadOnlyList<int> input) =>
        tensor([.. Uniform("input", (long)batch * input[0] * input[1] * input[2]).Select(static u => (float)(2 * u))], [batch, input[0], input[1], input[2]], dtype: ScalarType.Float32, device: CPU);

    /// <summary>The checksum of zlib: reflected, polynomial 0xEDB88320.</summary>
    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint remainder = ~0u;
        foreach (byte value in bytes)
        {
            remainder ^= value;
            for (int bit = 0; bit < 8; bit++) remainder = (remainder >> 1) ^ (0xEDB88320 & (0 - (remainder & 1)));
        }

        return ~remainder;
    }

    private static double Uniform(uint seed, uint index)
    {
        unchecked
        {
            uint x = (index * 2654435761) + seed;
            x ^= x >> 16;
            x *= 2246822519;
            x ^= x >> 13;
            x *= 3266489917;
            x ^= x >> 16;
            return (x / 4294967296.0) - 0.5;
        }
    }
}
