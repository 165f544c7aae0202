using static TorchSharp.torch;

namespace Deit.Data;

/// <summary>Some samples of an epoch; who takes a batch disposes it (it belongs to no dispose scope).</summary>
/// <param name="Images">Normalised images, float32, shape (batch, 3, height, width).</param>
/// <param name="Labels">Their classes, int64, shape (batch).</param>
/// <param name="Indices">Their places in the dataset.</param>
public sealed record Batch(Tensor Images, Tensor Labels, IReadOnlyList<int> Indices) : IDisposable
{
    /// <summary>Frees both tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
