using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Deit.Augmentation;

/// <summary>
/// The mean of every byte with those above and below it, in 24 bits of fraction as Pillow's <c>BoxBlur</c> has it. Beyond the first
/// and last row, these go on.
/// </summary>
internal sealed class RunningMean
{
    private const int FractionBits = 24;
    private const uint Half = 1u << (FractionBits - 1);
    private const int BytesAtOnce = 8;

    // Rows to either side that count whole, and the weights of those and of the next.
    private readonly int _whole;
    private readonly uint _inner;
    private readonly uint _outer;

    /// <summary>Prepares the mean.</summary>
    /// <param name="radius">How far it reaches to either side; its fraction is the share of the last row.</param>
    public RunningMean(float radius)
    {
        _whole = (int)radius;
        _inner = (uint)((1 << FractionBits) / ((radius * 2) + 1));
        _outer = ((1u << FractionBits) - ((uint)((_whole * 2) + 1) * _inner)) / 2;
    }

    /// <summary>Takes the mean of all bytes.</summary>
    /// <param name="source">Rows of bytes.</param>
    /// <param name="target">Takes as many.</param>
    /// <param name="stride">Bytes of a row.</param>
    public void Run(ReadOnlySpan<byte> source, Span<byte> target, int stride)
    {
        int last = (source.Length / stride) - 1;
        uint[] rented = ArrayPool<uint>.Shared.Rent(stride);
        Span<uint> sums = rented.AsSpan(0, stride);
        sums.Clear();
        Add(sums, source[..stride], (uint)(_whole + 1));
        for (int row = 0; row < _whole; row++) Add(sums, source.Slice(Math.Min(row, last) * stride, stride), 1);
        for (int row = 0; row <= last; row++)
        {
            ReadOnlySpan<byte> before = source.Slice(Math.Max(row - _whole - 1, 0) * stride, stride);
            ReadOnlySpan<byte> added = source.Slice(Math.Min(row + _whole, last) * stride, stride);
            ReadOnlySpan<byte> after = source.Slice(Math.Min(row + _whole + 1, last) * stride, stride);
            Row(sums, before, added, after, target.Slice(row * stride, stride));
        }

        ArrayPool<uint>.Shared.Return(rented);
    }

    private static void Add(Span<uint> sums, ReadOnlySpan<byte> row, uint times)
    {
        for (int x = 0; x < row.Length; x++) sums[x] += row[x] * times;
    }

    private void Row(Span<uint> sums, ReadOnlySpan<byte> before, ReadOnlySpan<byte> added, ReadOnlySpan<byte> after, Span<byte> target)
    {
        ref byte oldest = ref MemoryMarshal.GetReference(before);
        ref byte newest = ref MemoryMarshal.GetReference(added);
        ref byte next = ref MemoryMarshal.GetReference(after);
        ref uint sum = ref MemoryMarshal.GetReference(sums);
        int x = 0;
        for (; x <= target.Length - BytesAtOnce; x += BytesAtOnce)
        {
            Vector256<uint> left = Load(ref oldest, x);
            Vector256<uint> total = Vector256.LoadUnsafe(ref sum, (nuint)x) + Load(ref newest, x) - left;
            total.StoreUnsafe(ref sum, (nuint)x);
            Vector256<uint> mean = ((total * _inner) + ((left + Load(ref next, x)) * _outer) + Vector256.Create(Half)) >> FractionBits;
            Vector128<ushort> words = Vector128.Narrow(mean.GetLower(), mean.GetUpper());
            Vector64.Narrow(words.GetLower(), words.GetUpper()).CopyTo(target[x..]);
        }

        for (; x < target.Length; x++)
        {
            sums[x] = sums[x] + added[x] - before[x];
            uint outer = (uint)before[x] + after[x];
            target[x] = (byte)(((sums[x] * _inner) + (outer * _outer) + Half) >> FractionBits);
        }
    }

    private static Vector256<uint> Load(ref byte first, int offset)
    {
        Vector128<ushort> words = Vector128.WidenLower(Vector64.LoadUnsafe(ref first, (nuint)offset).ToVector128Unsafe());
        return Vector256.WidenLower(words.ToVector256Unsafe());
    }
}
