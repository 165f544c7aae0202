using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>An operator of a policy, ready to be applied: draws whether it is, how strong, and with which filter.</summary>
internal sealed class PolicyOperator
{
    private const string DrawnBlur = "GaussianBlurRand";

    private readonly PolicyStep _step;
    private readonly AugmentationPolicy _policy;
    private readonly PolicySettings _settings;
    private readonly ImageOperator _operator;

    /// <summary>Prepares an operator.</summary>
    /// <param name="step">The operator, its probability and magnitude.</param>
    /// <param name="policy">How magnitudes are drawn.</param>
    /// <param name="settings">What a policy's operators share.</param>
    public PolicyOperator(PolicyStep step, AugmentationPolicy policy, PolicySettings settings)
    {
        (_step, _policy, _settings) = (step, policy, settings);
        _operator = ImageOperator.Find(step.Operator == DrawnBlur ? "GaussianBlur" : step.Operator);
    }

    /// <summary>Applies the operator to an image, or leaves it.</summary>
    public void Apply(ref RgbImage image, RandomStream random, ICollection<string>? drawn)
    {
        if (_step.Probability < 1 && random.NextDouble() >= _step.Probability) return;
        double argument = _settings.Scale.Argument(_step.Operator, Magnitude(random), random);
        ResamplingFilter filter = _settings.Interpolation
            ?? (random.NextInt(2) == 0 ? ResamplingFilter.Bilinear : ResamplingFilter.Bicubic);
        _operator.Run(ref image, argument, new(filter, _settings.Fill));
        drawn?.Add(_operator.Argument == ArgumentKind.None ? _step.Operator : Drawn.Text(_step.Operator, argument));
    }

    /// <summary>The magnitude of one use: normal, or uniform from 0, and never beyond the policy's maximum.</summary>
    internal double Magnitude(RandomStream random)
    {
        double magnitude = _policy.MagnitudeDeviation switch
        {
            double.PositiveInfinity => random.NextUniform(0, _step.Magnitude),
            > 0 => _step.Magnitude + (_policy.MagnitudeDeviation * random.NextGaussian()),
            _ => _step.Magnitude,
        };
        return Math.Clamp(magnitude, 0, _policy.MagnitudeMaximum);
    }
}
