using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Data;

/// <summary>
/// The memory that batches are assembled in. On the processor it is the batch's own tensor. For another device it is pinned, which
/// copies several times as fast, and used again: there are never more than the batches in the making.
/// </summary>
internal sealed class StagingMemory(DataLoaderOptions options)
{
    private readonly ConcurrentBag<Tensor> _free = [];
    private readonly bool _isPinned = options.Device.type == DeviceType.CUDA;

    /// <summary>Values of a sample.</summary>
    public int SampleLength { get; } = RgbImage.Channels * options.Transform.Height * options.Transform.Width;

    /// <summary>Memory for a batch's images, float32, shape (samples, 3, height, width), in no dispose scope.</summary>
    public Tensor Take(int samples)
    {
        if (samples == options.BatchSize && _free.TryTake(out Tensor? used)) return used;
        Tensor pageable = empty([samples, RgbImage.Channels, options.Transform.Height, options.Transform.Width], float32, CPU)
            .DetachFromDisposeScope();
        if (!_isPinned) return pageable;
        using (pageable) return pageable.pin_memory().DetachFromDisposeScope();
    }

    /// <summary>A tensor where it is wanted, in no dispose scope; its memory is given back unless it is the result.</summary>
    public Tensor ToDevice(Tensor onHost)
    {
        if (options.Device.type == DeviceType.CPU) return onHost;
        try
        {
            // Waits for the copy: the memory is free again.
            return onHost.to(options.Device).DetachFromDisposeScope();
        }
        finally
        {
            Return(onHost);
        }
    }

    /// <summary>Gives memory back whose batch is not wanted, or has been copied.</summary>
    public void Return(Tensor memory)
    {
        if (_isPinned && memory.dim() > 1 && memory.shape[0] == options.BatchSize) _free.Add(memory);
        else memory.Dispose();
    }
}
