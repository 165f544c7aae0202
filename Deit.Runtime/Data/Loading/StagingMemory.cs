using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Data;

/// <summary>
/// The memory that batches are assembled in. On the processor it is the batch's own tensor. For another device it is pinned, so that a copy
/// is made beside what the processor does, and used again: there are never more than the batches in the making and the one being copied.
/// </summary>
internal sealed class StagingMemory(DataLoaderOptions options)
{
    private readonly ConcurrentBag<Tensor> _free = [];
    private readonly ConcurrentQueue<Tensor> _copying = [];
    private readonly bool _isPinned = options.Device.type == DeviceType.CUDA;

    /// <summary>Values of a sample.</summary>
    public int SampleLength { get; } = RgbImage.Channels * options.Transform.Height * options.Transform.Width;

    /// <summary>Memory for a batch's images, float32, shape (samples, 3, height, width), in no dispose scope.</summary>
    public Tensor Take(int samples)
    {
        if (samples == options.BatchSize && _free.TryTake(out Tensor? used)) return used;
        return Pinned(empty([samples, RgbImage.Channels, options.Transform.Height, options.Transform.Width], float32, CPU).DetachFromDisposeScope());
    }

    /// <summary>
    /// A batch's tensors where they are wanted, in no dispose scope. Where that is elsewhere, copies are under way when this returns: work on the
    /// device comes after them anyway, and memory is not used again before they are finished.
    /// </summary>
    /// <param name="images">Memory that <see cref="Take"/> gave.</param>
    /// <param name="labels">The labels, on the processor; this owns them.</param>
    public (Tensor Images, Tensor Labels) ToDevice(Tensor images, Tensor labels)
    {
        if (options.Device.type == DeviceType.CPU) return (images, labels);
        ReturnCopied();
        return (Copy(images), Copy(Pinned(labels)));
    }

    /// <summary>Gives memory back whose batch is not wanted, or has been copied.</summary>
    public void Return(Tensor memory)
    {
        if (_isPinned && memory.dim() > 1 && memory.shape[0] == options.BatchSize) _free.Add(memory);
        else memory.Dispose();
    }

    private Tensor Pinned(Tensor pageable)
    {
        if (!_isPinned) return pageable;
        using (pageable) return pageable.pin_memory().DetachFromDisposeScope();
    }

    private Tensor Copy(Tensor onHost)
    {
        Tensor copy = onHost.to(options.Device, non_blocking: _isPinned).DetachFromDisposeScope();
        _copying.Enqueue(onHost);
        return copy;
    }

    /// <summary>
    /// Waits for the copies of the batch before, which as a rule were finished long since: who wants a batch has looked at the loss of the last.
    /// </summary>
    private void ReturnCopied()
    {
        if (_copying.IsEmpty) return;
        Tensor[] copied = [.. Dequeue()];
        if (_isPinned) cuda.synchronize(options.Device);
        foreach (Tensor memory in copied) Return(memory);
    }

    private IEnumerable<Tensor> Dequeue()
    {
        while (_copying.TryDequeue(out Tensor? memory)) yield return memory;
    }
}
