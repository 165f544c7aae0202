using System.Collections.Immutable;
using Deit.Models;
using Deit.Operators;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Targets;

/// <summary>What follows the backward pass: clipping, AdamW and the average of the weights, against TorchSharp's AdamW alone.</summary>
internal static class OptimizerTarget
{
    // So small that the weights hardly move, however many steps are timed.
    private const double LearningRate = 1e-6;
    private const double MaximumNorm = 1;
    private const double Decay = 0.99996;
    private const int Seed = 0;

    /// <summary>Measures.</summary>
    public static IEnumerable<TargetRow> Measure(int rounds)
    {
        using DeitTinyPatch16_224 ours = Model();
        using var parameters = new FlatParameters(WeightDecayGroups.Create(ours, ModelStep.WeightDecay));
        using var optimizer = new FusedAdamW(parameters, new());
        using var average = new ExponentialMovingAverage(ours, Decay);
        using var flatAverage = new FlatAverage(ours, average, parameters, Decay);

        using DeitTinyPatch16_224 theirs = Model();
        using optim.Optimizer torchSharp = optim.AdamW(theirs.parameters(), LearningRate, weight_decay: ModelStep.WeightDecay);
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, new("ours", Ours), new("TorchSharp's", Theirs));
        return [TargetRow.AtMost("AdamW, clipping and moving average, 5.7 M parameters", "TorchSharp's AdamW alone", timings[0].RatioTo(timings[1]).Median, 0.40)];

        void Ours() => optimizer.Step(LearningRate, FlatParameters.ClipFactor(parameters.GradientNorm(), MaximumNorm), flatAverage);

        void Theirs()
        {
            using DisposeScope scope = NewDisposeScope();
            torchSharp.step();
        }
    }

    private static DeitTinyPatch16_224 Model()
    {
        manual_seed(Seed);
        var model = new DeitTinyPatch16_224();
        using DisposeScope scope = NewDisposeScope();
        foreach (Tensor parameter in model.parameters()) parameter.grad = randn_like(parameter, device: CPU);
        return model;
    }
}
