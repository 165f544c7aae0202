using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Idiomatic;

/// <summary>A training step as one writes it in TorchSharp: autograd and TorchSharp's AdamW.</summary>
/// <param name="model">A hand-written model in training mode.</param>
internal sealed class IdiomaticTraining(nn.Module<Tensor, Tensor> model) : IDisposable
{
    private readonly optim.Optimizer _optimizer = optim.AdamW(model.parameters(), ModelStep.LearningRate, weight_decay: ModelStep.WeightDecay);

    /// <summary>Forward, cross entropy, backward, AdamW.</summary>
    /// <param name="batch">What to train on.</param>
    public Action Step(ModelBatch batch) => () =>
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.zero_grad();
        Tensor loss = nn.functional.cross_entropy(model.call(batch.Images), batch.Labels);
        loss.backward();
        _optimizer.step();
    };

    /// <inheritdoc/>
    public void Dispose() => _optimizer.Dispose();
}
