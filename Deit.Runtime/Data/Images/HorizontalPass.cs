using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Deit.Data;

/// <summary>
/// Resamples rows of RGB pixels. Four pixels are weighted at once: a weight of 24 bits is split into two of 12, so that the
/// processor's 16-bit multiplications, which are many times as fast, give the same sum to the last bit.
/// </summary>
internal sealed class HorizontalPass
{
    private const int PixelsAtOnce = 4;
    private const int BytesAtOnce = PixelsAtOnce * RgbImage.Channels;
    private const int BytesLoaded = 16;
    private const int BytesStored = sizeof(uint);
    private const int LowBits = 12;
    private const byte Zero = byte.MaxValue;

    private readonly ResamplingWeights _weights;
    private readonly int _groupsAtMost;

    // Of every output pixel and four weights: their high, then their low parts, four 16-bit numbers each.
    private readonly ulong[] _parts;

    /// <summary>Prepares the pass.</summary>
    public HorizontalPass(ResamplingWeights weights)
    {
        _weights = weights;
        _groupsAtMost = GroupsOf(weights.MostWeights);
        _parts = new ulong[checked(weights.Count * _groupsAtMost * 2)];
        for (int output = 0; output < weights.Count; output++)
        {
            Split(weights.Weights(output), _parts.AsSpan(output * _groupsAtMost * 2, _groupsAtMost * 2));
        }
    }

    /// <summary>Resamples rows.</summary>
    /// <param name="source">From the first row on, to the end of the image.</param>
    /// <param name="stride">Bytes from a source row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="destination">Takes rows x outputs x 3 bytes, row by row; may be longer.</param>
    public void Run(ReadOnlySpan<byte> source, int stride, int rows, Span<byte> destination)
    {
        int rowBytes = _weights.Count * RgbImage.Channels;
        for (int row = 0; row < rows; row++) RunRow(source[(row * stride)..], destination[(row * rowBytes)..]);
    }

    private void RunRow(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ReadOnlySpan<ulong> parts = _parts;
        for (int output = 0; output < _weights.Count; output++)
        {
            int first = _weights.First(output) * RgbImage.Channels;
            int groups = GroupsOf(_weights.CountOf(output));
            Span<byte> target = destination[(output * RgbImage.Channels)..];

            // The last pixels of an image are too near to its end for whole vectors.
            bool fits = first + ((groups - 1) * BytesAtOnce) + BytesLoaded <= source.Length && target.Length >= BytesStored;
            if (fits) WeighFourByFour(source[first..], parts.Slice(output * _groupsAtMost * 2, groups * 2), target);
            else WeighOneByOne(source[first..], _weights.Weights(output), target);
        }
    }

    // Writes four bytes: the fourth belongs to the next pixel, which comes later.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeighFourByFour(ReadOnlySpan<byte> source, ReadOnlySpan<ulong> parts, Span<byte> target)
    {
        Vector256<int> high = Vector256<int>.Zero;
        Vector256<int> low = Vector256<int>.Zero;
        ref byte bytes = ref MemoryMarshal.GetReference(source);
        nuint offset = 0;
        for (int part = 0; part + 1 < parts.Length; part += 2)
        {
            // Four reds, four greens | four blues, four zeros, all of 16 bits.
            Vector128<byte> loaded = Vector128.LoadUnsafe(ref bytes, offset);
            Vector256<short> planes = Vector256.Shuffle(
                Vector256.Create(loaded, loaded),
                Vector256.Create(
                    0, Zero, 3, Zero, 6, Zero, 9, Zero, 1, Zero, 4, Zero, 7, Zero, 10, Zero,
                    18, Zero, 21, Zero, 24, Zero, 27, Zero, Zero, Zero, Zero, Zero, Zero, Zero, Zero, Zero)).AsInt16();
            high += SumsOfTwoProducts(planes, Vector256.Create(parts[part]).AsInt16());
            low += SumsOfTwoProducts(planes, Vector256.Create(parts[part + 1]).AsInt16());
            offset += BytesAtOnce;
        }

        // Every colour has two sums, side by side.
        Vector256<int> halves = (high << LowBits) + low;
        Vector256<int> sums = halves + Vector256.Shuffle(halves, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6));
        Vector128<int> colours = Vector256.Shuffle(sums, Vector256.Create(0, 2, 4, 6, 0, 2, 4, 6)).GetLower();
        BinaryPrimitives.WriteUInt32LittleEndian(target, ResamplingWeights.ToLevels(colours));
    }

    private static void WeighOneByOne(ReadOnlySpan<byte> source, ReadOnlySpan<int> weights, Span<byte> target)
    {
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            int sum = ResamplingWeights.Half;
            for (int i = 0; i < weights.Length; i++) sum += source[(i * RgbImage.Channels) + channel] * weights[i];
            target[channel] = ResamplingWeights.ToByte(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> SumsOfTwoProducts(Vector256<short> left, Vector256<short> right)
    {
        if (Avx2.IsSupported) return Avx2.MultiplyAddAdjacent(left, right);
        (Vector256<int> evenLeft, Vector256<int> evenRight) = ((left.AsInt32() << 16) >> 16, (right.AsInt32() << 16) >> 16);
        (Vector256<int> oddLeft, Vector256<int> oddRight) = (left.AsInt32() >> 16, right.AsInt32() >> 16);
        return (evenLeft * evenRight) + (oddLeft * oddRight);
    }

    private static void Split(ReadOnlySpan<int> weights, Span<ulong> parts)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            (int group, int position) = Math.DivRem(i, PixelsAtOnce);
            int shift = position * 16;
            parts[group * 2] |= (ulong)(ushort)(weights[i] >> LowBits) << shift;
            parts[(group * 2) + 1] |= (ulong)(weights[i] & ((1 << LowBits) - 1)) << shift;
        }
    }

    private static int GroupsOf(int weights) => (weights + PixelsAtOnce - 1) / PixelsAtOnce;
}
