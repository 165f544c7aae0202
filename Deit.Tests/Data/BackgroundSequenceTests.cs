using Deit.Data;

namespace Deit.Tests.Data;

public class BackgroundSequenceTests
{
    [Fact]
    public void Items_arrive_in_order()
    {
        var source = new Source(100);
        Assert.Equal(Enumerable.Range(0, 100), source.Items().Prefetch(3).Select(item => item.Number));
    }

    [Fact]
    public void Nothing_is_made_before_the_enumeration_begins()
    {
        var source = new Source(10);
        _ = source.Items().Prefetch(2);
        Assert.Empty(source.Made);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_more_than_the_capacity_and_one_are_made_ahead(int capacity)
    {
        var source = new Source(100);
        foreach (Item item in source.Items().Prefetch(capacity))
        {
            // Long enough for a producer without bound to run away, in some of the hundred rounds.
            Thread.Sleep(1);
            Assert.InRange(source.Made.Count, 0, item.Number + 1 + capacity + 1);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Stopping_early_disposes_what_was_not_handed_out_and_nothing_else(int taken)
    {
        var source = new Source(1000);

        Item[] items = [.. source.Items().Prefetch(2).Take(taken)];

        Assert.Equal(taken, items.Length);
        Assert.True(source.Ended);
        Assert.All(source.Made, item => Assert.Equal(item.Number >= taken, item.Disposed));
    }

    [Fact]
    public void A_consumer_that_throws_stops_the_producer()
    {
        var source = new Source(1000);
        Assert.Throws<NotSupportedException>(() =>
        {
            foreach (Item item in source.Items().Prefetch(2)) throw new NotSupportedException();
        });
        Assert.True(source.Ended);
    }

    [Fact]
    public void A_failure_comes_after_the_items_before_it_and_is_the_original_one()
    {
        var source = new Source(10, failAt: 4);
        var seen = new List<int>();

        var error = Assert.Throws<DeitException>(() =>
        {
            foreach (Item item in source.Items().Prefetch(2)) seen.Add(item.Number);
        });

        Assert.Equal("item 4", error.Message);
        Assert.Equal([0, 1, 2, 3], seen);
        Assert.True(source.Ended);
    }

    private sealed class Item(int number) : IDisposable
    {
        public int Number { get; } = number;

        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    private sealed class Source(int count, int failAt = -1)
    {
        private readonly List<Item> _made = [];

        public bool Ended { get; private set; }

        public IReadOnlyCollection<Item> Made
        {
            get
            {
                lock (_made) return [.. _made];
            }
        }

        public IEnumerable<Item> Items()
        {
            try
            {
                for (int number = 0; number < count; number++)
                {
                    if (number == failAt) throw new DeitException($"item {number}");
                    var item = new Item(number);
                    lock (_made) _made.Add(item);
                    yield return item;
                }
            }
            finally
            {
                Ended = true;
            }
        }
    }
}
