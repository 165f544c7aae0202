namespace Deit.Optimization;

/// <summary>
/// The decay of a moving average that begins short and grows to its length, with the values of timm's <c>ModelEmaV3</c>: an average that
/// kept its full length from the first step on would long remember the weights before training.
/// </summary>
/// <param name="Decay">The decay in the end, from 0 to 1.</param>
public sealed record EmaDecay(double Decay)
{
    /// <summary>The exponent of the growth, timm's: the decay is 0.999 after 31,600 steps.</summary>
    private const double Power = 2.0 / 3;

    /// <summary>The decay of a step's update: 0 at first, then <c>1 - step^(-2/3)</c>, and at most the decay in the end.</summary>
    /// <param name="step">The step, from 1.</param>
    public double At(long step) => step <= 1 ? 0 : Math.Min(Decay, 1 - Math.Pow(step, -Power));
}
