using Deit.Data;

namespace Deit.Tests.Data;

public class RandomStreamTests
{
    private const int Draws = 100_000;

    // Published with Random123 (tests/kat_vectors): counter and key, lowest word first, then the block.
    [Theory]
    [InlineData(
        new uint[] { 0, 0, 0, 0 },
        new uint[] { 0, 0 },
        new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(
        new uint[] { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
        new uint[] { 0xffffffff, 0xffffffff },
        new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(
        new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
        new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Philox_gives_the_published_blocks(uint[] counter, uint[] key, uint[] expected)
    {
        UInt128 block = Philox4x32.Block(
            new UInt128(((ulong)counter[3] << 32) | counter[2], ((ulong)counter[1] << 32) | counter[0]),
            ((ulong)key[1] << 32) | key[0]);

        Assert.Equal(expected, Enumerable.Range(0, 4).Select(word => (uint)(block >> (32 * word))));
    }

    [Fact]
    public void The_all_zero_stream_starts_with_the_published_block_and_goes_on()
    {
        RandomStream random = RandomStream.For(0, 0, 0, 0);

        uint[] words = [.. Enumerable.Range(0, 8).Select(_ => random.NextUInt32())];

        Assert.Equal([0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u], words[..4]);
        UInt128 second = Philox4x32.Block(1, 0);
        Assert.Equal(Enumerable.Range(0, 4).Select(word => (uint)(second >> (32 * word))), words[4..]);
    }

    [Fact]
    public void Every_part_of_the_key_matters_and_none_can_stand_for_another()
    {
        (long Seed, int Epoch, long Index, int Purpose)[] keys =
        [
            (0, 0, 0, 0), (1, 0, 0, 0), (1L << 32, 0, 0, 0), (-1, 0, 0, 0), (0, 1, 0, 0), (0, int.MaxValue, 0, 0),
            (0, 0, 1, 0), (0, 0, 1L << 32, 0), (0, 0, (1L << 48) - 1, 0), (0, 0, 0, 1), (0, 0, 0, 65535), (1, 1, 1, 1),
        ];

        IEnumerable<ulong> firsts = keys.Select(key =>
        {
            RandomStream random = RandomStream.For(key.Seed, key.Epoch, key.Index, key.Purpose);
            return ((ulong)random.NextUInt32() << 32) | random.NextUInt32();
        });

        Assert.Equal(keys.Length, firsts.Distinct().Count());
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1L << 48, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 1 << 16)]
    public void A_key_out_of_range_is_refused(long index, int purpose) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomStream.For(0, 0, index, purpose));

    [Fact]
    public void Doubles_are_uniform_from_0_to_1()
    {
        RandomStream random = RandomStream.For(1, 2, 3, 4);
        double[] values = [.. Enumerable.Range(0, Draws).Select(_ => random.NextDouble())];

        Assert.All(values, value => Assert.InRange(value, 0, Math.BitDecrement(1.0)));
        Assert.InRange(values.Average(), 0.495, 0.505);
        Assert.InRange(values.Average(value => value * value), 0.328, 0.339);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    public void Whole_numbers_are_equally_likely(int bound)
    {
        RandomStream random = RandomStream.For(5, 0, 0, 0);
        var counts = new int[bound];
        for (int draw = 0; draw < Draws; draw++) counts[random.NextInt(bound)]++;

        double expected = (double)Draws / bound;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chiSquare, 0, bound + (5 * Math.Sqrt(2 * bound)));
    }

    [Fact]
    public void A_bound_that_divides_32_bits_badly_is_still_unbiased()
    {
        // 3 x 2^29 goes into 2^32 two and two thirds times: unless words are refused, one number of three comes from two
        // words and the others from three each.
        const int Bound = 3 << 29;
        RandomStream random = RandomStream.For(6, 0, 0, 0);

        IEnumerable<IGrouping<int, int>> remainders = Enumerable.Range(0, Draws).GroupBy(_ => random.NextInt(Bound) % 3);
        double[] shares = [.. remainders.Select(group => group.Count() / (double)Draws)];

        Assert.Equal(3, shares.Length);
        Assert.All(shares, share => Assert.InRange(share, 0.326, 0.341));
    }

    [Fact]
    public void Gaussian_numbers_have_mean_0_and_variance_1()
    {
        RandomStream random = RandomStream.For(7, 0, 0, 0);
        double[] values = [.. Enumerable.Range(0, Draws).Select(_ => random.NextGaussian())];

        Assert.InRange(values.Average(), -0.02, 0.02);
        Assert.InRange(values.Average(value => value * value), 0.98, 1.02);
        Assert.InRange(values.Count(value => Math.Abs(value) > 1.96) / (double)Draws, 0.047, 0.053);
    }

    [Fact]
    public void As_a_Random_it_draws_the_same_stream_in_every_member()
    {
        object[] Draw()
        {
            Random random = RandomStream.For(8, 1, 2, 3).AsRandom();
            var bytes = new byte[5];
            random.NextBytes(bytes);
            int[] shuffled = [.. Enumerable.Range(0, 20)];
            random.Shuffle(shuffled);
            return
            [
                bytes, random.Next(), random.Next(9), random.Next(-5, 5), random.Next(int.MinValue, int.MaxValue), random.NextInt64(),
                random.NextInt64(1L << 40), random.NextDouble(), random.NextSingle(), random.GetItems([1, 2, 3], 9), shuffled,
            ];
        }

        Assert.Equal(Draw(), Draw());
        Assert.Equal(RandomStream.For(8, 1, 2, 3).NextDouble(), RandomStream.For(8, 1, 2, 3).AsRandom().NextDouble());
    }

    [Fact]
    public void As_a_Random_it_keeps_to_the_bounds_it_is_given()
    {
        Random random = RandomStream.For(9, 0, 0, 0).AsRandom();

        int[] values = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(-2, 3))];

        Assert.Equal([-2, -1, 0, 1, 2], values.Distinct().Order());
        Assert.Equal(4, random.Next(4, 4));
        Assert.Equal(0, random.Next(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(3, 2));
    }
}
