using Deit.Data;

namespace Deit.Tests.Data;

public class OrderedParallelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Every_index_runs_once(int workers)
    {
        var runs = new int[1000];
        OrderedParallel.For(runs.Length, workers, index => Interlocked.Increment(ref runs[index]));
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void The_failure_of_the_lowest_index_is_thrown_although_a_higher_one_came_first()
    {
        using var higherFailed = new ManualResetEventSlim();

        var error = Assert.Throws<DeitException>(() => OrderedParallel.For(1000, workers: 2, index =>
        {
            // Holds the low indices back until the other thread has failed (a pool without a second one goes on alone), and a
            // little longer, until its failure has reached the loop.
            if (index == 0 && higherFailed.Wait(TimeSpan.FromSeconds(5))) Thread.Sleep(100);
            if (index is 1 or >= 500)
            {
                higherFailed.Set();
                throw new DeitException($"index {index}");
            }
        }));

        Assert.Equal("index 1", error.Message);
    }
}
