using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>What a checkpoint folder holds.</summary>
/// <param name="Model">The weights by the names of the state dictionary.</param>
/// <param name="Ema">The averaged weights by the same names, or null.</param>
/// <param name="Optimizer">What the optimizer remembers, by its own names.</param>
/// <param name="State">Of what it is.</param>
public sealed record CheckpointContent(
    IReadOnlyDictionary<string, Tensor> Model,
    IReadOnlyDictionary<string, Tensor>? Ema,
    IReadOnlyDictionary<string, Tensor> Optimizer,
    CheckpointState State) : IDisposable
{
    private IEnumerable<Tensor> Tensors => Model.Values.Concat(Ema?.Values ?? []).Concat(Optimizer.Values);

    /// <summary>Hands all tensors to the dispose scope around the current one.</summary>
    public CheckpointContent MoveToOuterDisposeScope()
    {
        foreach (Tensor tensor in Tensors) tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Frees the tensors of a checkpoint that was loaded.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors) tensor.Dispose();
    }
}

/// <summary>Of what a checkpoint is: the content of <c>state.json</c>.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Epoch">How many whole epochs it was trained.</param>
/// <param name="Top1">Its accuracy on the validation images after them, from 0 to 1; null where it was not evaluated then.</param>
/// <param name="Within">How far it is in the next epoch; null of a checkpoint between two.</param>
public sealed record CheckpointState(string Model, int Epoch, double? Top1, EpochPosition? Within = null);

/// <summary>
/// A place between two steps of an epoch. All randomness follows from it and the seed: with weights and optimizer it is enough to go on
/// from there.
/// </summary>
/// <param name="Batches">The batches that were trained on.</param>
/// <param name="Images">Their images, but for those of skipped steps, as in the sums that follow.</param>
/// <param name="LossSum">The sum of the images' losses.</param>
/// <param name="Right">The images whose prediction was right.</param>
/// <param name="Seconds">The time that was spent on the epoch.</param>
/// <param name="DataSeconds">The time of it that was spent waiting for batches.</param>
/// <param name="Skipped">The steps that the weights know nothing of: given up, or rolled back.</param>
/// <param name="Failures">The steps that were given up: in a row where they are skipped, all of them where the training is rolled back.</param>
public sealed record EpochPosition(
    int Batches, long Images, double LossSum, long Right, double Seconds, double DataSeconds = 0, int Skipped = 0, int Failures = 0);
