namespace Deit.Tests.Support;

/// <summary>
/// Whether draws follow a law. Seeds are fixed: a bound that an honest sample passes but for one time in ten thousand is passed for
/// ever, and a wrong law fails by orders of magnitude.
/// </summary>
internal static class Laws
{
    // The Kolmogorov distribution exceeds this with probability 1e-4.
    private const double KolmogorovBound = 2.23;

    // A normal variable exceeds this with probability 1e-4.
    private const double NormalBound = 3.72;

    /// <summary>Compares a sample with a continuous distribution (Kolmogorov and Smirnov).</summary>
    public static void AssertFollow(IEnumerable<double> sample, Func<double, double> distribution)
    {
        double[] sorted = [.. sample.Order()];
        double distance = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double expected = distribution(sorted[i]);
            distance = Math.Max(distance, Math.Max(((i + 1.0) / sorted.Length) - expected, expected - ((double)i / sorted.Length)));
        }

        double statistic = distance * Math.Sqrt(sorted.Length);
        Assert.True(statistic < KolmogorovBound, $"The sample is {statistic:0.00} away from its distribution.");
    }

    /// <summary>Compares a sample with the uniform distribution.</summary>
    public static void AssertUniform(IEnumerable<double> sample, double least, double greatest) =>
        AssertFollow(sample, value => Math.Clamp((value - least) / (greatest - least), 0, 1));

    /// <summary>Compares counts with probabilities (Pearson's chi-square, made normal by Wilson and Hilferty's cube root).</summary>
    public static void AssertFrequencies(IReadOnlyList<int> counts, IReadOnlyList<double> probabilities)
    {
        double total = counts.Sum();
        double mass = probabilities.Sum();
        double statistic = counts.Zip(probabilities, (count, probability) =>
        {
            double expected = total * probability / mass;
            return (count - expected) * (count - expected) / expected;
        }).Sum();
        double freedom = counts.Count - 1;
        double spread = 2 / (9 * freedom);
        double normal = (Math.Cbrt(statistic / freedom) - (1 - spread)) / Math.Sqrt(spread);
        Assert.True(normal < NormalBound, $"Frequencies {string.Join(", ", counts)} are {normal:0.00} deviations off.");
    }

    /// <summary>Compares how often something happened with its probability.</summary>
    public static void AssertShare(double probability, int happened, int tries) =>
        Assert.Equal(probability, (double)happened / tries, (NormalBound * Math.Sqrt(probability * (1 - probability) / tries)) + 1e-9);

    /// <summary>The standard normal distribution (Abramowitz and Stegun 26.2.17, to 1e-7).</summary>
    public static double Normal(double x)
    {
        double t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return x >= 0 ? 1 - tail : tail;
    }
}
