using Deit.Data;

namespace Deit.Tests.Data;

public class PermutationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void It_holds_every_number_once(int count) =>
        Assert.Equal(Enumerable.Range(0, count), Permutation.Of(seed: 1, epoch: 2, count).Order());

    [Fact]
    public void It_depends_on_seed_and_epoch_and_nothing_else()
    {
        int[] order = Permutation.Of(1, 2, 100);

        Assert.Equal(order, Permutation.Of(1, 2, 100));
        Assert.NotEqual(order, Permutation.Of(2, 2, 100));
        Assert.NotEqual(order, Permutation.Of(1, 3, 100));
        Assert.NotEqual(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public void All_orders_of_three_are_equally_likely()
    {
        const int Epochs = 6000;
        IEnumerable<int> counts = Enumerable.Range(0, Epochs)
            .GroupBy(epoch => string.Join(' ', Permutation.Of(3, epoch, 3)))
            .Select(order => order.Count());

        Assert.Equal(6, counts.Count());
        Assert.All(counts, count => Assert.InRange(count, 850, 1150));
    }
}
