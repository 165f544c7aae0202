using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>
/// The greatest logits of a teacher, and one for all other classes together: an approximation that takes a fraction of the room.
/// </summary>
/// <remarks>
/// The other classes get <c>log((1/n) * sum exp(logit))</c> over the n of them, so that together they keep their exact share of the
/// distribution, spread evenly, and the greatest keep their own, at temperature 1. At another temperature the share of the others is theirs
/// only nearly.
/// </remarks>
/// <param name="Values">The greatest logits, falling, float32, shape (batch, k).</param>
/// <param name="Classes">Whose they are, int64, shape (batch, k).</param>
/// <param name="Rest">The logit of every other class, float32, shape (batch, 1).</param>
internal sealed record TopLogits(Tensor Values, Tensor Classes, Tensor Rest)
{
    /// <summary>Keeps the greatest.</summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="kept">How many, fewer than there are classes.</param>
    public static TopLogits Of(Tensor logits, int kept)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor values, Tensor classes) = logits.topk(kept, 1);
        Tensor others = logits.scatter(1, classes, full_like(values, double.NegativeInfinity, device: values.device));
        Tensor rest = others.logsumexp(1, keepdim: true) - Math.Log(logits.shape[1] - kept);
        return new(values.MoveToOuterDisposeScope(), classes.MoveToOuterDisposeScope(), rest.MoveToOuterDisposeScope());
    }

    /// <summary>The logits of all classes.</summary>
    /// <param name="classes">How many there are.</param>
    /// <returns>Shape (batch, classes).</returns>
    public Tensor ToLogits(int classes)
    {
        using DisposeScope scope = NewDisposeScope();
        return Rest.repeat(1, classes).scatter_(1, Classes, Values).MoveToOuterDisposeScope();
    }
}
