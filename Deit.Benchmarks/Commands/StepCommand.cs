using Deit.Losses;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Commands;

/// <summary>A training step: forward, cross entropy, backward, AdamW.</summary>
internal static class StepCommand
{
    // The backward pass multiplies twice where the forward pass does once: for the gradient of the input and of the weight.
    private const int Passes = 3;
    private const double LearningRate = 5e-4;
    private const double WeightDecay = 0.05;

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output) =>
        ModelTimings.Run(arguments, output, "Training step: forward, cross entropy, backward, AdamW", Passes, static pair =>
        {
            pair.Generated.train();
            pair.Idiomatic.train();
            pair.RequireSameLoss();
            return [new("hand-written", Idiomatic(pair)), new("generated", Generated(pair))];
        });

    private static Action Idiomatic(ModelPair pair)
    {
        var optimizer = pair.Own(optim.AdamW(pair.Idiomatic.parameters(), LearningRate, weight_decay: WeightDecay));
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            optimizer.zero_grad();
            Tensor loss = nn.functional.cross_entropy(pair.Idiomatic.call(pair.Images), pair.Labels);
            loss.backward();
            optimizer.step();
        };
    }

    private static Action Generated(ModelPair pair)
    {
        var optimizer = pair.Own(new AdamW(WeightDecayGroups.Create(pair.Generated, WeightDecay), new AdamWOptions()));
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            optimizer.ZeroGradients();
            Tensor loss = CrossEntropy.Labels(pair.Generated.call(pair.Images), pair.Labels);
            loss.backward();
            optimizer.Step(LearningRate);
        };
    }
}
