using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarking;

/// <summary>A batch of noise for a model to work on, the same every time.</summary>
public sealed class ModelBatch : IDisposable
{
    private const ulong Seed = 0;

    /// <summary>Draws a batch.</summary>
    /// <param name="description">The model: its input and its classes.</param>
    /// <param name="count">Images; at least 1.</param>
    /// <param name="device">Where to put it, always the same numbers; null leaves it on the CPU.</param>
    public ModelBatch(ModelDescription description, int count, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        using var generator = new Generator(Seed, CPU);
        Images = On(device, randn([count, .. description.Input.Select(static extent => (long)extent)], device: CPU, generator: generator));
        Labels = On(device, randint(description.Classes, [count], dtype: ScalarType.Int64, device: CPU, generator: generator));
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

    /// <summary>A tensor that was drawn on the CPU, on the device and in no dispose scope.</summary>
    internal static Tensor On(Device? device, Tensor drawn)
    {
        if (device is null || device.type == DeviceType.CPU) return drawn.DetachFromDisposeScope();
        using (drawn) return drawn.to(device).DetachFromDisposeScope();
    }
}
