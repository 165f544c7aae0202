namespace Deit.Compiler.Augmentation;

/// <summary>What a policy string such as <c>rand-m9-mstd0.5-inc1</c> says; <see cref="PolicyGrammar"/> reads it.</summary>
public abstract record AugmentationPolicy
{
    /// <summary>The magnitude at which the arguments of operators reach the end of their range.</summary>
    public const double FullMagnitude = 10;

    /// <summary>
    /// The standard deviation of the normal distribution that magnitudes are drawn from; 0 draws none, and infinity draws
    /// uniformly from 0 to the magnitude.
    /// </summary>
    public double MagnitudeDeviation { get; init; }

    /// <summary>The greatest magnitude that a draw may give.</summary>
    public double MagnitudeMaximum { get; init; } = FullMagnitude;
}

/// <summary>An operator, how probable it is and how strong.</summary>
/// <param name="Operator">A name of <see cref="OperatorNames"/>.</param>
/// <param name="Probability">The probability, from 0 to 1, that it is applied.</param>
/// <param name="Magnitude">Its magnitude, mostly from 0 to 10.</param>
public sealed record PolicyStep(string Operator, double Probability, double Magnitude);

/// <summary>RandAugment (Cubuk et al., arXiv 1909.13719): some operators of a list, all of one magnitude.</summary>
/// <param name="Steps">The operators to choose from.</param>
/// <param name="Weights">
/// How probable each choice is, relative to the others, without choosing one twice; empty where all are alike and may repeat.
/// </param>
/// <param name="Layers">How many are chosen for an image.</param>
public sealed record RandAugmentPolicy(EquatableArray<PolicyStep> Steps, EquatableArray<double> Weights, int Layers) : AugmentationPolicy;

/// <summary>AutoAugment (Cubuk et al., arXiv 1805.09501): one of several sequences of operators, found by search.</summary>
/// <param name="Sequences">The sequences to choose from, each as likely.</param>
public sealed record AutoAugmentPolicy(EquatableArray<EquatableArray<PolicyStep>> Sequences) : AugmentationPolicy;

/// <summary>AugMix (Hendrycks et al., arXiv 1912.02781): chains of operators, blended with each other and with the image.</summary>
/// <param name="Steps">The operators to choose from.</param>
/// <param name="Width">The number of chains.</param>
/// <param name="Depth">Operators a chain; 0 draws 1, 2 or 3 for each.</param>
/// <param name="Alpha">The parameter of the Dirichlet distribution of the chains' weights, and of the Beta distribution of their share.</param>
/// <param name="Blended">Whether chains are laid over the image one after another, in 8 bits, rather than summed first.</param>
public sealed record AugMixPolicy(EquatableArray<PolicyStep> Steps, int Width, int Depth, double Alpha, bool Blended) : AugmentationPolicy;
