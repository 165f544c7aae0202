using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Augmentation;

/// <summary>
/// Mixes a batch with itself in reverse order, sample i with sample B-1-i: mixup blends whole images (Zhang et al.,
/// arXiv 1710.09412), CutMix pastes a box (Yun et al., arXiv 1905.04899). Labels are mixed in the same proportion.
/// One draw serves the whole batch, as timm's batch mode.
/// </summary>
/// <param name="options">What to do how often.</param>
/// <param name="classes">The number of classes.</param>
public sealed class MixupCutMix(MixupOptions options, int classes)
{
    /// <summary>Mixes a batch.</summary>
    /// <param name="images">Shape (batch, channels, height, width); left as it is.</param>
    /// <param name="labels">Class indices, int64, shape (batch), on the device of the images.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <returns>
    /// The images, shaped alike, and the targets: probabilities, float32, shape (batch, classes). Both are the caller's to dispose.
    /// </returns>
    public (Tensor Images, Tensor Targets) Apply(Tensor images, Tensor labels, Random random)
    {
        (Tensor mixed, double lambda) = Mix(images, random);
        return (mixed, Targets(labels, classes, options.Smoothing, lambda));
    }

    /// <summary><c>lambda * sample + (1 - lambda) * partner</c>.</summary>
    internal static Tensor Mixup(Tensor images, double lambda)
    {
        using DisposeScope scope = NewDisposeScope();
        return images.flip(0).mul_(1 - lambda).add_(images, alpha: lambda).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Pastes the partner's box of about <c>1 - lambda</c> of the area around a centre. The box ends at the image's border, so the
    /// result tells the share of the image that really stayed.
    /// </summary>
    internal static (Tensor Images, CutMixBox Box, double Lambda) CutMix(Tensor images, double lambda, int centreY, int centreX)
    {
        int height = (int)images.size(2);
        int width = (int)images.size(3);
        CutMixBox box = CutMixBox.Around(centreY, centreX, height, width, lambda);
        using DisposeScope scope = NewDisposeScope();
        Tensor mixed = images.clone();
        box.Of(mixed).copy_(box.Of(images).flip(0));
        return (mixed.MoveToOuterDisposeScope(), box, 1 - (double)box.Area / (height * width));
    }

    /// <summary>The smoothed labels of sample and partner, mixed.</summary>
    internal static Tensor Targets(Tensor labels, int classes, double smoothing, double lambda)
    {
        using DisposeScope scope = NewDisposeScope();
        return Mixup(SoftTargets.FromLabels(labels, classes, smoothing), lambda).MoveToOuterDisposeScope();
    }

    private (Tensor Images, double Lambda) Mix(Tensor images, Random random)
    {
        bool off = options is { Mixup: 0, Cutmix: 0 };
        if (off || random.NextDouble() >= options.Probability)
        {
            return (images.alias(), 1);
        }

        bool cut = options.Cutmix > 0 && (options.Mixup == 0 || random.NextDouble() < options.SwitchProbability);
        double alpha = cut ? options.Cutmix : options.Mixup;
        double lambda = BetaDistribution.Sample(random, alpha, alpha);
        if (!cut)
        {
            return (Mixup(images, lambda), lambda);
        }

        (Tensor mixed, _, double kept) = CutMix(images, lambda, random.Next((int)images.size(2)), random.Next((int)images.size(3)));
        return (mixed, kept);
    }
}
