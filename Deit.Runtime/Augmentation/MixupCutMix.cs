using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Augmentation;

/// <summary>
/// Mixes a batch with itself in reverse order, sample i with sample B-1-i: mixup blends whole images (Zhang et al.,
/// arXiv 1710.09412), CutMix pastes a box (Yun et al., arXiv 1905.04899). Labels are mixed in the same proportion.
/// One draw serves the whole batch, or a pair, or an image, as timm's modes have it.
/// </summary>
/// <param name="options">What to do how often.</param>
/// <param name="classes">The number of classes.</param>
public sealed class MixupCutMix(MixupOptions options, int classes)
{
    /// <summary>Mixes a batch.</summary>
    /// <param name="images">Shape (batch, channels, height, width); left as it is.</param>
    /// <param name="labels">Class indices, int64, shape (batch), on the device of the images.</param>
    /// <param name="random">Where the draws come from.</param>
    /// <param name="epoch">The epoch, counted from 0, for <see cref="MixupOptions.OffEpoch"/>.</param>
    /// <returns>
    /// The images, shaped alike, and the targets: probabilities, float32, shape (batch, classes). Both are the caller's to dispose.
    /// </returns>
    public (Tensor Images, Tensor Targets) Apply(Tensor images, Tensor labels, Random random, int epoch = 0)
    {
        bool isOff = !options.IsOn || (options.OffEpoch > 0 && epoch >= options.OffEpoch);
        if (isOff) return (images.alias(), Targets(labels, classes, options.Smoothing, 1));
        if (options.Mode == MixupMode.Batch)
        {
            (Tensor batch, double lambda) = MixBatch(images, random);
            return (batch, Targets(labels, classes, options.Smoothing, lambda));
        }

        (Tensor mixed, float[] lambdas) = MixOneByOne(images, random);
        return (mixed, Targets(labels, classes, options.Smoothing, lambdas));
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
        return (Paste(images, box), box, Kept(box, height, width));
    }

    /// <summary>The smoothed labels of sample and partner, mixed.</summary>
    internal static Tensor Targets(Tensor labels, int classes, double smoothing, double lambda)
    {
        using DisposeScope scope = NewDisposeScope();
        return Mixup(SoftTargets.FromLabels(labels, classes, smoothing), lambda).MoveToOuterDisposeScope();
    }

    /// <summary>The smoothed labels of sample and partner, mixed by a weight for each sample.</summary>
    internal static Tensor Targets(Tensor labels, int classes, double smoothing, float[] lambdas)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = SoftTargets.FromLabels(labels, classes, smoothing);
        Tensor weights = tensor(lambdas, device: labels.device).unsqueeze(1);
        return (own * weights).add_(own.flip(0).mul_(1 - weights)).MoveToOuterDisposeScope();
    }

    private (Tensor Images, double Lambda) MixBatch(Tensor images, Random random)
    {
        (bool cuts, double lambda) = Draw(random);
        if (lambda == 1) return (images.alias(), 1);
        if (!cuts) return (Mixup(images, lambda), lambda);
        (CutMixBox box, double kept) = DrawBox(images, lambda, random);
        return (Paste(images, box), kept);
    }

    // Every image is mixed with its partner as that was, so that the order does not matter.
    private (Tensor Images, float[] Lambdas) MixOneByOne(Tensor images, Random random)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = (int)images.size(0);
        bool inPairs = options.Mode == MixupMode.Pair;
        var lambdas = new float[count];
        Array.Fill(lambdas, 1);
        Tensor mixed = images.clone();
        for (int i = 0; i < (inPairs ? count / 2 : count); i++)
        {
            (bool cuts, double lambda) = Draw(random);
            if (lambda == 1) continue;
            CutMixBox? box = null;
            if (cuts) (box, lambda) = DrawBox(images, lambda, random);
            int partner = count - 1 - i;
            MixOne(mixed, images, i, partner, lambda, box);
            lambdas[i] = (float)lambda;
            if (!inPairs) continue;
            MixOne(mixed, images, partner, i, lambda, box);
            lambdas[partner] = (float)lambda;
        }

        return (mixed.MoveToOuterDisposeScope(), lambdas);
    }

    private static void MixOne(Tensor mixed, Tensor images, int index, int partner, double lambda, CutMixBox? box)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor own = mixed.narrow(0, index, 1);
        Tensor other = images.narrow(0, partner, 1);
        if (box is { } pasted) pasted.Of(own).copy_(pasted.Of(other));
        else own.mul_(lambda).add_(other, alpha: 1 - lambda);
    }

    // Whether a box is pasted, and the weight of what stays; 1 where nothing is mixed.
    private (bool Cuts, double Lambda) Draw(Random random)
    {
        if (random.NextDouble() >= options.Probability) return (false, 1);
        double cutmix = options.CutmixMinMax is null ? options.Cutmix : 1;
        bool cuts = cutmix > 0 && (options.Mixup == 0 || random.NextDouble() < options.SwitchProbability);
        double alpha = cuts ? cutmix : options.Mixup;
        return (cuts, BetaDistribution.Sample(random, alpha, alpha));
    }

    private (CutMixBox Box, double Lambda) DrawBox(Tensor images, double lambda, Random random)
    {
        (int height, int width) = ((int)images.size(2), (int)images.size(3));
        CutMixBox box = options.CutmixMinMax is { } shares
            ? CutMixBox.Draw(height, width, shares, random)
            : CutMixBox.Around(random.Next(height), random.Next(width), height, width, lambda);
        bool corrects = options.CorrectLambda || options.CutmixMinMax is not null;
        return (box, corrects ? Kept(box, height, width) : lambda);
    }

    private static double Kept(CutMixBox box, int height, int width) => 1 - ((double)box.Area / (height * width));

    private static Tensor Paste(Tensor images, CutMixBox box)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mixed = images.clone();
        box.Of(mixed).copy_(box.Of(images).flip(0));
        return mixed.MoveToOuterDisposeScope();
    }
}
