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
/// <param name="Epoch">How many epochs it was trained.</param>
/// <param name="Top1">Its accuracy on the validation images then, from 0 to 1.</param>
public sealed record CheckpointState(string Model, int Epoch, double Top1);
