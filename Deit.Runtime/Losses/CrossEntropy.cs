using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Losses;

/// <summary>
/// Cross entropy of logits with the true classes, the mean over the batch. Every result is a scalar that autograd follows.
/// </summary>
public static class CrossEntropy
{
    /// <summary>Cross entropy with one true class an image: <c>-log softmax(logits)[label]</c>.</summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="labels">Class indices, int64, shape (batch).</param>
    public static Tensor Labels(Tensor logits, Tensor labels) => nn.functional.cross_entropy(logits, labels);

    /// <summary>
    /// Cross entropy with labels smoothed towards the uniform distribution (Szegedy et al., arXiv 1512.00567, section 7):
    /// the true class weighs <c>1 - smoothing + smoothing / classes</c>, every other <c>smoothing / classes</c>.
    /// </summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="labels">Class indices, int64, shape (batch).</param>
    /// <param name="smoothing">The weight of the uniform distribution, from 0 to 1.</param>
    /// <exception cref="DeitException"><paramref name="smoothing"/> is not from 0 to 1.</exception>
    public static Tensor LabelSmoothing(Tensor logits, Tensor labels, double smoothing) =>
        nn.functional.cross_entropy(logits, labels, label_smoothing: Losses.SoftTargets.CheckSmoothing(smoothing));

    /// <summary>Cross entropy with a distribution an image: <c>-sum(targets * log softmax(logits))</c>.</summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="targets">Probabilities, shape (batch, classes), of the type of the logits.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor SoftTargets(Tensor logits, Tensor targets)
    {
        Losses.SoftTargets.CheckShape(logits, targets);
        using DisposeScope scope = NewDisposeScope();
        return (targets * logits.log_softmax(-1)).sum(-1).mean().neg().MoveToOuterDisposeScope();
    }
}
