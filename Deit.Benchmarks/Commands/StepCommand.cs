using Deit.Losses;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Commands;

/// <summary>A training step: forward, cross entropy, backward, AdamW.</summary>
internal static class StepCommand
{
    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output) =>
        ModelTimings.Run(arguments, output, "Training step: forward, cross entropy, backward, AdamW", train: true, static pair =>
        {
            pair.Generated.train();
            pair.Idiomatic.train();
            pair.RequireSameLoss();
            List<Candidate> candidates = [new("hand-written", pair.TrainIdiomatic())];

            // Before autograd's first step: flat storage moves the parameters that it follows.
            if (pair.TrainFused() is { } fused) candidates.Add(new("fused", fused));
            candidates.Add(new("generated", Generated(pair)));
            return candidates;
        });

    private static Action Generated(ModelPair pair)
    {
        var optimizer = pair.Own(new AdamW(WeightDecayGroups.Create(pair.Generated, ModelStep.WeightDecay), new AdamWOptions()));
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            optimizer.ZeroGradients();
            Tensor loss = CrossEntropy.Labels(pair.Generated.call(pair.Batch.Images), pair.Batch.Labels);
            loss.backward();
            optimizer.Step(ModelStep.LearningRate);
        };
    }
}
