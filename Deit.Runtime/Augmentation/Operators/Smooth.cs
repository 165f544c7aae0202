using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// Pillow's <c>ImageFilter.SMOOTH</c>: every pixel becomes a thirteenth of its eight neighbours and itself five times, rounded. Those
/// at the border stay as they are.
/// </summary>
internal static class Smooth
{
    private const int Channels = RgbImage.Channels;
    private const int BytesAtOnce = 16;
    private const int Sum = 13;

    // 2^16 / 13, rounded up: exact for all sums that there are. The sum is odd in twice its size, so that nothing lies half way.
    private const int Reciprocal = 5042;

    /// <summary>Smooths an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="result">Takes the result; of the same size.</param>
    public static void Apply(RgbImage image, RgbImage result)
    {
        ReadOnlySpan<byte> source = image.Pixels;
        Span<byte> target = result.Writable;
        source.CopyTo(target);
        int inner = image.Stride - (2 * Channels);
        if (inner <= 0) return;
        for (int y = 1; y < image.Height - 1; y++)
        {
            int start = y * image.Stride;
            Row(source.Slice(start - image.Stride, 3 * image.Stride), image.Stride, target.Slice(start + Channels, inner));
        }
    }

    // Three rows, and what becomes of the middle one but for its first and last pixel.
    private static void Row(ReadOnlySpan<byte> rows, int stride, Span<byte> target)
    {
        ref byte first = ref MemoryMarshal.GetReference(rows);
        int x = 0;
        for (; x <= target.Length - BytesAtOnce; x += BytesAtOnce)
        {
            Vector256<ushort> sum = Vector256.Create((ushort)(Sum / 2));
            for (int row = 0; row < 3; row++)
            {
                nuint at = (nuint)((row * stride) + x);
                Vector256<ushort> middle = Load(ref first, at + Channels);
                sum += Load(ref first, at) + middle + Load(ref first, at + (2 * Channels));
                if (row == 1) sum += middle << 2;
            }

            Vector128<byte> levels = Vector128.Narrow(Divide(sum.GetLower()), Divide(sum.GetUpper()));
            levels.CopyTo(target[x..]);
        }

        for (; x < target.Length; x++)
        {
            int sum = (Sum / 2) + (4 * rows[stride + x + Channels]);
            for (int row = 0; row < 3; row++)
            {
                int at = (row * stride) + x;
                sum += rows[at] + rows[at + Channels] + rows[at + (2 * Channels)];
            }

            target[x] = (byte)(sum / Sum);
        }
    }

    private static Vector256<ushort> Load(ref byte first, nuint offset) =>
        Vector256.WidenLower(Vector128.LoadUnsafe(ref first, offset).ToVector256Unsafe());

    private static Vector128<ushort> Divide(Vector128<ushort> sums)
    {
        (Vector128<uint> lower, Vector128<uint> upper) = Vector128.Widen(sums);
        return Vector128.Narrow((lower * Reciprocal) >> 16, (upper * Reciprocal) >> 16);
    }
}
