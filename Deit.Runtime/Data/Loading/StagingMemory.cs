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

    /// <summary>Where batches live.</summary>
    public Device Device => options.Device;

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

    /// <summary>The images where they are wanted, in no dispose scope; the memory is given back unless it is the result.</summary>
    public Tensor ToDevice(Tensor images)
    {
        if (options.Device.type == DeviceType.CPU) return images;
        try
        {
            // Waits for the copy: the memory is free again.
            return images.to(options.Device).DetachFromDisposeScope();
        }
        finally
        {
            Return(images);
        }
    }

    /// <summary>Gives memory back whose batch is not wanted, or has been copied.</summary>
    public void Return(Tensor images)
    {
        if (_isPinned && images.shape[0] == options.BatchSize) _free.Add(images);
        else images.Dispose();
    }
}
