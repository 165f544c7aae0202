using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deit.Data;

/// <summary>Resamples columns: every byte of a row is weighted alike, whatever its colour.</summary>
internal static class VerticalPass
{
    private const int BytesAtOnce = 16;

    /// <summary>Resamples columns.</summary>
    /// <param name="weights">Of the rows, counted from the first row that any of them needs.</param>
    /// <param name="source">The first row that is needed, from the first byte that is wanted on.</param>
    /// <param name="stride">Bytes from a source row to the next.</param>
    /// <param name="rowBytes">Bytes of a row that are wanted.</param>
    /// <param name="destination">Takes outputs x <paramref name="rowBytes"/> bytes.</param>
    public static void Run(ResamplingWeights weights, ReadOnlySpan<byte> source, int stride, int rowBytes, Span<byte> destination)
    {
        for (int output = 0; output < weights.Count; output++)
        {
            ReadOnlySpan<byte> rows = source[((weights.First(output) - weights.SourceStart) * stride)..];
            Weigh(weights.Weights(output), rows, stride, destination.Slice(output * rowBytes, rowBytes));
        }
    }

    private static void Weigh(ReadOnlySpan<int> weights, ReadOnlySpan<byte> rows, int stride, Span<byte> target)
    {
        // Checked once for all loads below.
        ReadOnlySpan<byte> used = rows[..(((weights.Length - 1) * stride) + target.Length)];
        ref byte first = ref MemoryMarshal.GetReference(used);
        int x = 0;
        for (; x <= target.Length - BytesAtOnce; x += BytesAtOnce)
        {
            Vector256<int> lower = Vector256.Create(ResamplingWeights.Half);
            Vector256<int> upper = Vector256.Create(ResamplingWeights.Half);
            nuint offset = (nuint)x;
            foreach (int weight in weights)
            {
                (Vector128<ushort> left, Vector128<ushort> right) = Vector128.Widen(Vector128.LoadUnsafe(ref first, offset));
                lower += Widen(left) * weight;
                upper += Widen(right) * weight;
                offset += (nuint)stride;
            }

            Vector256<short> rounded = Vector256.Narrow(ToLevel(lower), ToLevel(upper));
            Vector128.Narrow(rounded.GetLower().AsUInt16(), rounded.GetUpper().AsUInt16()).CopyTo(target[x..]);
        }

        for (; x < target.Length; x++)
        {
            int sum = ResamplingWeights.Half;
            for (int i = 0; i < weights.Length; i++) sum += used[(i * stride) + x] * weights[i];
            target[x] = ResamplingWeights.ToByte(sum);
        }
    }

    private static Vector256<int> Widen(Vector128<ushort> values) => Vector256.WidenLower(values.ToVector256Unsafe()).AsInt32();

    private static Vector256<int> ToLevel(Vector256<int> sums) =>
        Vector256.Clamp(sums >> ResamplingWeights.FractionBits, Vector256<int>.Zero, Vector256.Create((int)byte.MaxValue));
}
