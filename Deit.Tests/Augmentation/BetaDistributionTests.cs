using Deit.Augmentation;

namespace Deit.Tests.Augmentation;

public sealed class BetaDistributionTests
{
    private const int Count = 100_000;

    [Theory]
    [InlineData(0.05, 0.05)]
    [InlineData(0.2, 0.2)]
    [InlineData(0.8, 0.8)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(2, 5)]
    [InlineData(0.5, 4)]
    public void Mean_variance_and_third_moment_are_those_of_the_law(double a, double b)
    {
        double[] samples = Draw(a, b);

        for (int order = 1; order <= 3; order++)
        {
            double moment = Moment(a, b, order);
            double deviation = Math.Sqrt((Moment(a, b, 2 * order) - moment * moment) / Count);
            Assert.Equal(moment, samples.Average(value => Math.Pow(value, order)), 5 * deviation);
        }
    }

    public static TheoryData<double, double, Func<double, double>> Distributions => new()
    {
        { 1, 1, static x => x },
        { 0.5, 0.5, static x => 2 / Math.PI * Math.Asin(Math.Sqrt(x)) },
        { 2, 2, static x => x * x * (3 - 2 * x) },
        { 0.2, 1, static x => Math.Pow(x, 0.2) },
    };

    [Theory]
    [MemberData(nameof(Distributions))]
    public void The_samples_follow_the_distribution_function(double a, double b, Func<double, double> distribution)
    {
        double[] samples = Draw(a, b);
        Array.Sort(samples);

        double furthest = samples.Select((value, index) => Math.Abs(distribution(value) - (index + 0.5) / Count)).Max();

        // Kolmogorov and Smirnov's bound at a significance of one in a thousand.
        Assert.InRange(furthest, 0, 1.95 / Math.Sqrt(Count));
    }

    [Fact]
    public void Tiny_shapes_give_zeros_and_ones_and_never_NaN()
    {
        double[] samples = Draw(1e-4, 1e-4);

        Assert.All(samples, static value => Assert.InRange(value, 0, 1));
        Assert.Equal(0.5, samples.Average(), 5 * 0.5 / Math.Sqrt(Count));
    }

    private static double[] Draw(double a, double b)
    {
        var random = new Random(20121);
        double[] samples = new double[Count];
        for (int index = 0; index < Count; index++)
        {
            samples[index] = BetaDistribution.Sample(random, a, b);
        }

        return samples;
    }

    /// <summary>E[X^n], the product of (a + k) / (a + b + k) over k below n.</summary>
    private static double Moment(double a, double b, int order) =>
        Enumerable.Range(0, order).Aggregate(1.0, (product, k) => product * (a + k) / (a + b + k));
}
