using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarking;

/// <summary>A batch of noise for a model to work on, the same every time.</summary>
public sealed class ModelBatch : IDisposable
{
    private const ulong Seed = 0;

    /// <summary>Draws a batch on the CPU.</summary>
    /// <param name="description">The model: its input and its classes.</param>
    /// <param name="count">Images; at least 1.</param>
    public ModelBatch(ModelDescription description, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        using var generator = new Generator(Seed, CPU);
        Images = randn([count, .. description.Input.Select(static extent => (long)extent)], device: CPU, generator: generator).DetachFromDisposeScope();
        Labels = randint(description.Classes, [count], dtype: ScalarType.Int64, device: CPU, generator: generator).DetachFromDisposeScope();
    }

    /// <summary>Noise, float32, shape (batch, channels, height, width).</summary>
    public Tensor Images { get; }

    /// <summary>Random classes, int64, shape (batch).</summary>
    public Tensor Labels { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
