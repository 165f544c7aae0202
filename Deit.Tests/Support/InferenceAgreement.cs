using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>Holds the generated inference code of a model against its readable forward pass in evaluation.</summary>
internal static class InferenceAgreement
{
    /// <summary>Runs both, and inference while the model is in training, too.</summary>
    /// <param name="model">The model, on its device, of the images' element type.</param>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <param name="tolerance">How far logits may be off, relative to their norm.</param>
    public static void Assert(IVisionModel model, Tensor images, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        Xunit.Assert.True(model.HasInference, "the model has no inference code");
        model.Module.eval();
        Tensor[] expected;
        using (no_grad()) expected = Heads(model, images);
        AssertClose(expected, Inferred(model, images), tolerance);
        AssertClose(expected, Inferred(model, images), tolerance);
        model.Module.train();
        AssertClose(expected, Inferred(model, images), tolerance);
        Xunit.Assert.True(model.Module.training);
    }

    private static Tensor[] Heads(IVisionModel model, Tensor images)
    {
        if (model is not DistilledClassifier distilled) return [model.Predict(images)];
        DistilledLogits logits = distilled.call(images);
        return [logits.Mean(), logits.Class, logits.Distillation];
    }

    private static Tensor[] Inferred(IVisionModel model, Tensor images)
    {
        if (model is not DistilledClassifier distilled) return [model.Infer(images)];
        DistilledLogits logits = distilled.InferHeads(images);
        return [model.Infer(images), logits.Class, logits.Distillation];
    }

    private static void AssertClose(Tensor[] expected, Tensor[] actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = ((expected[i] - actual[i]).norm() / expected[i].norm()).to(ScalarType.Float64).item<double>();
            Xunit.Assert.True(difference <= tolerance, FormattableString.Invariant($"logits {i} differ by {difference:E2} of their norm"));
        }
    }
}
