using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Losses;

/// <summary>Labels as distributions over the classes.</summary>
public static class SoftTargets
{
    /// <summary>
    /// One distribution a label, float32, shape (batch, classes): <c>smoothing / classes</c> everywhere and
    /// <c>1 - smoothing</c> more at the label, as timm's mixup makes them.
    /// </summary>
    /// <param name="labels">Class indices, int64, shape (batch).</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="smoothing">The weight of the uniform distribution, from 0 to 1.</param>
    /// <exception cref="DeitException"><paramref name="smoothing"/> is not from 0 to 1.</exception>
    public static Tensor FromLabels(Tensor labels, int classes, double smoothing)
    {
        double off = CheckSmoothing(smoothing) / classes;
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.one_hot(labels, classes).to(ScalarType.Float32).mul_(1 - smoothing).add_(off).MoveToOuterDisposeScope();
    }

    internal static double CheckSmoothing(double smoothing) =>
        Check.Value("Label smoothing", smoothing, smoothing is >= 0 and <= 1, "from 0 to 1");

    /// <summary>Broadcasting would give a number for shapes that do not belong together.</summary>
    internal static void CheckShape(Tensor logits, Tensor targets)
    {
        if (!logits.shape.AsSpan().SequenceEqual(targets.shape))
        {
            throw new ArgumentException(
                $"The targets have shape ({string.Join(", ", targets.shape)}), the logits ({string.Join(", ", logits.shape)}).",
                nameof(targets));
        }
    }
}
