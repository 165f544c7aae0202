using Deit.Studies;

namespace Deit.Tests.Studies;

public sealed class SpreadTests
{
    [Fact]
    public void A_spread_has_mean_extremes_and_the_deviation_of_the_sample()
    {
        Spread spread = Spread.Of([0.2, null, 0.4, 0.9])!;

        Assert.Equal((3, 0.2, 0.9), (spread.Count, spread.Minimum, spread.Maximum));
        Assert.Equal(0.5, spread.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(0.13), spread.StandardDeviation!.Value, 1e-12);
    }

    [Fact]
    public void One_number_has_no_deviation_and_none_no_spread()
    {
        Assert.Equal(new Spread(1, 0.5, 0.5, 0.5, null), Spread.Of([0.5]));
        Assert.Null(Spread.Of([null]));
        Assert.Null(Spread.Of([double.NaN]));
    }
}
