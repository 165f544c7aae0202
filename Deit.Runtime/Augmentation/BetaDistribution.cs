namespace Deit.Augmentation;

/// <summary>
/// Draws from Beta(a, b) as X / (X + Y) with gamma variables X and Y (Marsaglia and Tsang, "A simple method for generating
/// gamma variables", ACM TOMS 26, 2000). The gamma variables stay logarithms, since small shapes give some that no double holds.
/// </summary>
internal static class BetaDistribution
{
    /// <summary>A value from 0 to 1.</summary>
    /// <param name="random">Where the randomness comes from.</param>
    /// <param name="a">The first shape; greater than 0.</param>
    /// <param name="b">The second shape; greater than 0.</param>
    public static double Sample(Random random, double a, double b)
    {
        double x = LogGamma(random, a);
        double y = LogGamma(random, b);
        return 1 / (1 + Math.Exp(y - x));
    }

    /// <summary>The logarithm of a gamma variable of scale 1.</summary>
    internal static double LogGamma(Random random, double shape)
    {
        // The method needs a shape of at least 1; below, Gamma(a) is Gamma(a + 1) * U^(1/a).
        double boost = shape < 1 ? Math.Log(Positive(random)) / shape : 0;
        double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double normal = Normal(random);
            double root = 1 + c * normal;
            double v = root * root * root;
            if (v > 0 && Math.Log(Positive(random)) < 0.5 * normal * normal + d * (1 - v + Math.Log(v)))
            {
                return boost + Math.Log(d * v);
            }
        }
    }

    /// <summary>A standard normal variable (Box and Muller).</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(Positive(random))) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>A uniform variable in (0, 1], whose logarithm is finite.</summary>
    private static double Positive(Random random) => 1 - random.NextDouble();
}
