using System.Diagnostics.CodeAnalysis;

namespace Deit.Data;

/// <summary>
/// The random numbers of one (seed, epoch, sample, purpose): the same whatever thread asks, in whatever order, in a run
/// that was resumed or not. Different keys never share a block of the underlying generator, Philox4x32-10, before a
/// stream has given 2^34 numbers.
/// </summary>
/// <remarks>
/// A class, not a structure: it has a position, and a copy that repeats the numbers of its original would go unnoticed.
/// One thread at a time may use a stream.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers is the field's term; it is no System.IO.Stream.")]
public sealed class RandomStream
{
    private const int IndexBits = 48;
    private const int PurposeBits = 16;
    private const int WordsPerBlock = 4;

    private readonly ulong _key;
    private UInt128 _counter;
    private UInt128 _block;
    private int _wordsLeft;

    private RandomStream(ulong key, UInt128 counter) => (_key, _counter) = (key, counter);

    /// <summary>Starts the stream of a sample.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="index">The sample, from 0 to 2^48 - 1.</param>
    /// <param name="purpose">A <see cref="RandomPurpose"/> or a number of the caller's own, from 0 to 65535.</param>
    public static RandomStream For(long seed, int epoch, long index, int purpose)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, 1L << IndexBits);
        ArgumentOutOfRangeException.ThrowIfNegative(purpose);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(purpose, 1 << PurposeBits);

        // From the top: 16 bits purpose, 48 index, 32 epoch, 32 the number of the block.
        var counter = new UInt128(((ulong)purpose << IndexBits) | (ulong)index, (ulong)(uint)epoch << 32);
        return new RandomStream((ulong)seed, counter);
    }

    /// <summary>A number of 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_wordsLeft == 0)
        {
            _block = Philox4x32.Block(_counter, _key);
            _counter++;
            _wordsLeft = WordsPerBlock;
        }

        uint word = (uint)_block;
        _block >>= 32;
        _wordsLeft--;
        return word;
    }

    /// <summary>A multiple of 2^-53 from 0 to less than 1.</summary>
    public double NextDouble()
    {
        ulong bits = ((ulong)NextUInt32() << 32) | NextUInt32();
        return (bits >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>A whole number from 0 to less than <paramref name="maxExclusive"/>, each exactly as likely.</summary>
    public int NextInt(int maxExclusive)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxExclusive);
        return (int)NextBelow((uint)maxExclusive);
    }

    /// <summary>A number of the standard normal distribution (Box and Muller, 1958).</summary>
    public double NextGaussian()
    {
        // 1 - u keeps the logarithm from zero.
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>This stream as a <see cref="Random"/>, for code that takes one; both draw from the same position.</summary>
    public Random AsRandom() => new Adapter(this);

    // The high half of a product by a random word is uniform but for the low halves below 2^32 mod bound, which are
    // refused (Lemire, "Fast random integer generation in an interval", 2019).
    private uint NextBelow(uint bound)
    {
        ulong product = (ulong)NextUInt32() * bound;
        if ((uint)product < bound)
        {
            uint refused = (uint)((1UL << 32) % bound);
            while ((uint)product < refused) product = (ulong)NextUInt32() * bound;
        }

        return (uint)(product >> 32);
    }

    // The members of Random that are not overridden here draw through those that are; its own seed is never used.
    private sealed class Adapter(RandomStream stream) : Random(0)
    {
        public override int Next() => stream.NextInt(int.MaxValue);

        public override int Next(int maxValue)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
            return maxValue == 0 ? 0 : stream.NextInt(maxValue);
        }

        public override int Next(int minValue, int maxValue)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
            return minValue == maxValue ? minValue : (int)(minValue + (long)stream.NextBelow((uint)((long)maxValue - minValue)));
        }

        public override double NextDouble() => stream.NextDouble();

        public override void NextBytes(byte[] buffer)
        {
            ArgumentNullException.ThrowIfNull(buffer);
            NextBytes(buffer.AsSpan());
        }

        public override void NextBytes(Span<byte> buffer)
        {
            foreach (ref byte value in buffer) value = (byte)stream.NextUInt32();
        }

        protected override double Sample() => stream.NextDouble();
    }
}
