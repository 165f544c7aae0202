using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// An affine transform that interpolates between the sixteen nearest pixels by cubic convolution with a = -1, in double precision as
/// Pillow's does; red, green and blue at once.
/// </summary>
internal static class AffineBicubic
{
    private const int Channels = RgbImage.Channels;
    private const int Taps = 4;
    private const int BytesLoaded = 16;
    private const byte Zero = byte.MaxValue;

    // A whole number from 0 to 255 plus this has the number as its lowest byte.
    private const double MantissaOnly = 1L << 52;

    /// <summary>Transforms an image.</summary>
    /// <param name="source">The image.</param>
    /// <param name="matrix">Where pixels come from.</param>
    /// <param name="result">Filled with the colour of what is outside.</param>
    public static void Run(RgbImage source, in AffineMatrix matrix, RgbImage result)
    {
        var sampler = new Sampler(source.Pixels, source.Width, source.Height);
        Span<Rgb> to = MemoryMarshal.Cast<byte, Rgb>(result.Writable);
        for (int y = 0; y < result.Height; y++)
        {
            Span<Rgb> target = to.Slice(y * result.Width, result.Width);
            for (int x = 0; x < target.Length; x++)
            {
                double column = matrix.Column(x + 0.5, y + 0.5);
                double row = matrix.Row(x + 0.5, y + 0.5);
                if (sampler.Holds(column, row)) target[x] = sampler.At(column - 0.5, row - 0.5);
            }
        }
    }

    private readonly ref struct Sampler(ReadOnlySpan<byte> pixels, int width, int height)
    {
        private readonly ReadOnlySpan<byte> _pixels = pixels;

        public bool Holds(double column, double row) => column >= 0 && column < width && row >= 0 && row < height;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Rgb At(double column, double row)
        {
            double left = Math.Floor(column);
            double top = Math.Floor(row);
            (double right, double down) = (column - left, row - top);
            int x = (int)left - 1;
            int y = (int)top - 1;

            // Where a position lies on a row, the cubic of the rows is that row, to the bit; so it is with columns.
            if (down == 0) return Pixel(Across(x, y + 1, right));
            return Pixel(Cubic(
                Across(x, Math.Max(y, 0), right),
                Across(x, Math.Clamp(y + 1, 0, height - 1), right),
                Across(x, Math.Min(y + 2, height - 1), right),
                Across(x, Math.Min(y + 3, height - 1), right),
                down));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<double> Across(int x, int y, double right)
        {
            int start = ((y * width) + x) * Channels;
            bool isInside = x >= 0 && x <= width - Taps && start <= _pixels.Length - BytesLoaded;
            Vector128<byte> bytes = isInside
                ? Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(_pixels), (nuint)start)
                : Gather(x, y);
            Vector128<int> second = Tap(bytes, 3);
            if (right == 0) return ToDouble(second);
            Vector128<int> first = Tap(bytes, 0);
            Vector128<int> third = Tap(bytes, 6);
            Vector128<int> fourth = Tap(bytes, 9);

            // Of whole numbers, and so exact in whatever order.
            Vector128<int> linear = third - first;
            Vector128<int> cubic = second - first - third + fourth;
            Vector128<int> square = ((first - second) << 1) + third - fourth;
            Vector256<double> d = Vector256.Create(right);
            return ToDouble(second) + (d * (ToDouble(linear) + (d * (ToDouble(square) + (d * ToDouble(cubic))))));
        }

        // At the border, its pixels are repeated.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private Vector128<byte> Gather(int x, int y)
        {
            Span<byte> taps = stackalloc byte[BytesLoaded];
            for (int tap = 0; tap < Taps; tap++)
            {
                int column = Math.Clamp(x + tap, 0, width - 1);
                _pixels.Slice(((y * width) + column) * Channels, Channels).CopyTo(taps[(tap * Channels)..]);
            }

            return Vector128.Create<byte>(taps);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<int> Tap(Vector128<byte> bytes, [ConstantExpected] byte at) => Vector128.Shuffle(
            bytes,
            Vector128.Create(at, Zero, Zero, Zero, (byte)(at + 1), Zero, Zero, Zero, (byte)(at + 2), Zero, Zero, Zero, Zero, Zero, Zero, Zero)).AsInt32();

        // Pillow's polynomial, term by term.
        private static Vector256<double> Cubic(
            Vector256<double> first, Vector256<double> second, Vector256<double> third, Vector256<double> fourth, double distance)
        {
            Vector256<double> d = Vector256.Create(distance);
            Vector256<double> linear = third - first;
            Vector256<double> square = ((first - second) * 2) + third - fourth;
            Vector256<double> cubic = second - first - third + fourth;
            return second + (d * (linear + (d * (square + (d * cubic)))));
        }

        private static Rgb Pixel(Vector256<double> levels)
        {
            Vector256<double> clipped = Vector256.Clamp(levels, Vector256<double>.Zero, Vector256.Create(255.0));
            Vector256<byte> bytes = (Vector256.Floor(clipped) + Vector256.Create(MantissaOnly)).AsByte();
            return new(bytes.GetElement(0), bytes.GetElement(8), bytes.GetElement(16));
        }

        private static Vector256<double> ToDouble(Vector128<int> values) => Avx.IsSupported
            ? Avx.ConvertToVector256Double(values)
            : Vector256.Create((double)values[0], values[1], values[2], values[3]);
    }
}
