using Deit.Data;

namespace Deit.Tests.Data;

public class BatchPipelineTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(7, 1)]
    public void Batches_come_in_their_order_each_place_filled_once(int workers, int prefetch)
    {
        var made = new List<FakeBatch>();
        IEnumerable<int[]> batches = BatchPipeline.Run(Begin(made, 20), workers, prefetch);

        Assert.Equal(Enumerable.Range(0, 20), batches.Select(places => places[0]));
        Assert.All(made, batch => Assert.All(batch.Fills, fills => Assert.Equal(1, fills)));
        Assert.All(made, batch => Assert.False(batch.IsDisposed));
    }

    [Fact]
    public void No_batches_are_none() => Assert.Empty(BatchPipeline.Run(Begin([], 0), workers: 3, prefetch: 1));

    [Fact]
    public void Of_several_failures_the_first_place_of_the_first_batch_is_thrown_after_the_batches_before()
    {
        var made = new List<FakeBatch>();
        var seen = new List<int>();

        var error = Assert.Throws<DeitException>(() =>
        {
            IEnumerable<int[]> batches = BatchPipeline.Run(Begin(made, 9, failing: [(4, 2), (4, 1), (5, 0)]), workers: 3, prefetch: 4);
            foreach (int[] batch in batches) seen.Add(batch[0]);
        });

        Assert.Equal("place 1 of batch 4", error.Message);
        Assert.Equal([0, 1, 2, 3], seen);
        Assert.All(made.Skip(4), batch => Assert.True(batch.IsDisposed));
    }

    [Fact]
    public void A_failure_to_begin_comes_after_the_batches_before()
    {
        IEnumerable<IPendingBatch<int[]>> source = Begin([], 3).Concat(Enumerable.Range(0, 1).Select<int, FakeBatch>(_ => throw new DeitException("no more")));
        var seen = new List<int>();

        var error = Assert.Throws<DeitException>(() =>
        {
            foreach (int[] places in BatchPipeline.Run(source, workers: 2, prefetch: 1)) seen.Add(places[0]);
        });

        Assert.Equal("no more", error.Message);
        Assert.Equal([0, 1, 2], seen);
    }

    [Fact]
    public void Stopping_early_disposes_what_was_not_handed_out()
    {
        var made = new List<FakeBatch>();
        Assert.Equal(0, BatchPipeline.Run(Begin(made, 100), workers: 2, prefetch: 3).First()[0]);

        Assert.InRange(made.Count, 1, 6);
        Assert.All(made.Skip(1), batch => Assert.True(batch.IsDisposed));
    }

    private static IEnumerable<IPendingBatch<int[]>> Begin(List<FakeBatch> made, int count, params (int Batch, int Place)[] failing)
    {
        for (int number = 0; number < count; number++)
        {
            var batch = new FakeBatch(number, [.. failing.Where(one => one.Batch == number).Select(one => one.Place)]);
            made.Add(batch);
            yield return batch;
        }
    }

    private sealed class FakeBatch(int number, int[] failing) : IPendingBatch<int[]>
    {
        public int[] Fills { get; } = new int[3];

        public bool IsDisposed { get; private set; }

        public int Count => Fills.Length;

        public void Fill(int place)
        {
            Interlocked.Increment(ref Fills[place]);
            if (failing.Contains(place)) throw new DeitException($"place {place} of batch {number}");
        }

        public int[] Finish() => [number, .. Fills];

        public void Dispose() => IsDisposed = true;
    }
}
