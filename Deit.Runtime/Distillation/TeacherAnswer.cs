using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation;

/// <summary>What a student gets to know of a teacher's logits.</summary>
internal static class TeacherAnswer
{
    /// <summary>What a teacher's logits say, for a kind of distillation.</summary>
    /// <param name="options">The kind.</param>
    /// <param name="logits">The teacher's logits, shape (batch, classes).</param>
    /// <returns>
    /// Hard: the most likely classes, int64, shape (batch). Soft: the logits, of which <see cref="DistillationOptions.TopK"/> are the teacher's
    /// own. The caller's, or the current dispose scope's.
    /// </returns>
    public static Tensor Of(DistillationOptions options, Tensor logits)
    {
        if (options.Type == DistillationType.Hard) return logits.argmax(1);
        return options.KeptOf((int)logits.shape[1]) is { } kept ? TopLogits.Of(logits, kept).ToLogits((int)logits.shape[1]) : logits.alias();
    }
}
