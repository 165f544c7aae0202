using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Losses;

/// <summary>
/// Binary cross entropy: every class is a question of its own, as "ResNet strikes back" trains (Wightman et al., arXiv 2110.00476).
/// </summary>
public static class BinaryCrossEntropy
{
    /// <summary>
    /// <c>-t log sigmoid(x) - (1 - t) log(1 - sigmoid(x))</c>, the mean over batch and classes: a scalar that autograd follows.
    /// </summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="targets">Probabilities, shape (batch, classes), of the type of the logits.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor SoftTargets(Tensor logits, Tensor targets)
    {
        Losses.SoftTargets.CheckShape(logits, targets);
        return nn.functional.binary_cross_entropy_with_logits(logits, targets);
    }
}
