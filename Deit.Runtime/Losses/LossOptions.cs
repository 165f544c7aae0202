using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Losses;

/// <summary>The losses of a class head, by the names of recipes.</summary>
public enum LossType
{
    /// <summary><see cref="CrossEntropy.SoftTargets"/>.</summary>
    CrossEntropy,

    /// <summary><see cref="BinaryCrossEntropy"/>, of targets that are 0 or 1.</summary>
    Bce,
}

/// <summary>What a class head is trained by.</summary>
public sealed record LossOptions
{
    /// <summary>The loss.</summary>
    public LossType Type { get; init; } = LossType.CrossEntropy;

    /// <summary>
    /// The target above which <see cref="LossType.Bce"/> takes a class to be in the image. DeiT's is 0: whatever mixing has put into an image is
    /// there. Smoothed targets lie above 0 everywhere, and would make every class be there.
    /// </summary>
    /// <exception cref="DeitException">The value is not at least 0 and less than 1.</exception>
    public double BceThreshold
    {
        get;
        init => field = Check.Value("The threshold of binary targets", value, value is >= 0 and < 1, "at least 0 and less than 1");
    }

    /// <summary>The loss, a scalar that autograd follows.</summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="targets">Probabilities, shape (batch, classes), of the type of the logits.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public Tensor Compute(Tensor logits, Tensor targets)
    {
        if (Type == LossType.CrossEntropy) return CrossEntropy.SoftTargets(logits, targets);
        using DisposeScope scope = NewDisposeScope();
        return BinaryCrossEntropy.SoftTargets(logits, targets.gt(BceThreshold).to(targets.dtype)).MoveToOuterDisposeScope();
    }
}
