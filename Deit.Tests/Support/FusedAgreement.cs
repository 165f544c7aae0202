using Deit.Modules;
using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>Holds the generated training code of a model against its reference path and autograd: logits, every gradient, running statistics.</summary>
internal static class FusedAgreement
{
    private const long Seed = 3;

    /// <summary>Runs both paths from one state, in training mode.</summary>
    /// <param name="model">The model, on its device, of the images' element type.</param>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <param name="tolerance">How far a tensor may be off, relative to its norm.</param>
    /// <param name="seed">What stochastic depth and dropout are drawn from.</param>
    /// <param name="comparesStatistics">Whether running statistics must agree.</param>
    public static void Assert(IVisionModel model, Tensor images, double tolerance, long seed = Seed, bool comparesStatistics = true)
    {
        using DisposeScope scope = NewDisposeScope();
        model.Module.train();
        Dictionary<string, Tensor> begin = model.Module.named_buffers().ToDictionary(static buffer => buffer.name, static buffer => buffer.buffer.clone());
        bool draws = model.Module.named_modules().Any(static entry => entry.module is DropPath { Rate: > 0 } or SeededDropout { Rate: > 0 });
        if (draws) manual_seed(seed);
        Tensor[] expected = Reference(model, images);
        Dictionary<string, Tensor> gradients = Gradients(model);
        Dictionary<string, Tensor> statistics = model.Module.named_buffers().ToDictionary(static buffer => buffer.name, static buffer => buffer.buffer.clone());

        using (no_grad())
        {
            foreach ((string name, Tensor buffer) in model.Module.named_buffers()) buffer.copy_(begin[name]);
        }

        if (draws) manual_seed(seed);
        using TrainingTape tape = model is Classifier classifier
            ? classifier.ForwardTraining(images, out _)
            : ((DistilledClassifier)model).ForwardTraining(images, out _);
        Loss(tape.Logits).backward();
        tape.Backward();

        for (int i = 0; i < expected.Length; i++) AssertClose(expected[i], tape.Logits[i].detach(), Norm(expected[i]), tolerance, $"logits {i}");
        double whole = Math.Sqrt(gradients.Values.Sum(static gradient => Math.Pow(Norm(gradient), 2)));
        foreach ((string parameter, Tensor gradient) in Gradients(model))
        {
            // A gradient that is zero in exact arithmetic is rounding noise: it is held against all gradients together.
            AssertClose(gradients[parameter], gradient, Math.Max(Norm(gradients[parameter]), 1e-3 * whole), tolerance, $"gradient of {parameter}");
        }

        if (!comparesStatistics) return;
        foreach ((string buffer, Tensor value) in model.Module.named_buffers())
        {
            AssertClose(statistics[buffer].to(images.dtype), value.to(images.dtype), Math.Max(1e-3, Norm(statistics[buffer])), tolerance, buffer);
        }
    }

    private static Tensor[] Reference(IVisionModel model, Tensor images)
    {
        Tensor[] logits;
        if (model is Classifier classifier)
        {
            logits = [classifier.call(images)];
        }
        else
        {
            DistilledLogits both = ((DistilledClassifier)model).call(images);
            logits = [both.Class, both.Distillation];
        }

        Loss(logits).backward();
        return [.. logits.Select(static head => head.detach())];
    }

    /// <summary>A loss of which every logit has another gradient.</summary>
    private static Tensor Loss(IReadOnlyList<Tensor> logits)
    {
        Tensor sum = zeros([], dtype: logits[0].dtype, device: logits[0].device);
        for (int i = 0; i < logits.Count; i++)
        {
            Tensor weights = linspace(-1, 1 + i, logits[i].numel(), dtype: logits[i].dtype, device: logits[i].device).reshape(logits[i].shape);
            sum = sum + (logits[i] * weights).sum() + logits[i].square().mean();
        }

        return sum;
    }

    private static Dictionary<string, Tensor> Gradients(IVisionModel model) =>
        model.Module.named_parameters().ToDictionary(static entry => entry.name, static entry => entry.parameter.grad?.clone() ?? zeros_like(entry.parameter, device: entry.parameter.device));

    private static double Norm(Tensor tensor) => tensor.to(ScalarType.Float64).norm().item<double>();

    private static void AssertClose(Tensor expected, Tensor actual, double norm, double tolerance, string what)
    {
        double difference = Norm(expected - actual);
        Xunit.Assert.True(
            difference <= tolerance * norm,
            FormattableString.Invariant($"{what} differs by {difference / norm:E2} of its norm {norm:E2}; allowed are {tolerance:E0}"));
    }
}
