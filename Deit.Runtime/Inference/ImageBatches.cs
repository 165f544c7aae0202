using System.Runtime.InteropServices;
using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>Decodes and prepares images on threads of their own, ahead of the model that answers them.</summary>
/// <param name="paths">The files.</param>
/// <param name="transform">How they are prepared.</param>
/// <param name="options">Batch size, threads.</param>
internal sealed class ImageBatches(IReadOnlyList<string> paths, EvaluationTransform transform, InferenceOptions options)
{
    private const int Channels = 3;

    // One is answered, one waits, one is in the making: what decoding wins is won by that.
    private const int Waiting = 1;

    /// <summary>The batches, in the order of the files; who takes one disposes it.</summary>
    /// <param name="device">Where their tensors live.</param>
    /// <param name="unreadable">
    /// Is told of a file that cannot be read, whose place in the batch then holds zeros; called by many threads. Null throws.
    /// </param>
    /// <exception cref="DeitException">A file cannot be read.</exception>
    public IEnumerable<ImageBatch> Decode(Device device, Action<int, DeitException>? unreadable = null) => Make(device, unreadable).Prefetch(Waiting);

    private IEnumerable<ImageBatch> Make(Device device, Action<int, DeitException>? unreadable)
    {
        for (int start = 0; start < paths.Count; start += options.BatchSize)
        {
            yield return Make(start, Math.Min(options.BatchSize, paths.Count - start), device, unreadable);
        }
    }

    private ImageBatch Make(int start, int count, Device device, Action<int, DeitException>? unreadable)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = zeros([count, Channels, transform.Size, transform.Size], float32, CPU);
        OrderedParallel.For(count, options.Workers, slot =>
        {
            try
            {
                using RgbImage image = ImageDecoder.Decode(paths[start + slot]);
                transform.Apply(image, Slot(images, slot));
            }
            catch (DeitException exception) when (unreadable is not null)
            {
                unreadable(start + slot, exception);
            }
        });
        return new(images.to(device).DetachFromDisposeScope(), start, count);
    }

    private Span<float> Slot(Tensor images, int slot)
    {
        int length = Channels * transform.Size * transform.Size;
        return MemoryMarshal.Cast<byte, float>(images.bytes).Slice(slot * length, length);
    }
}

/// <summary>Some images, ready for a model.</summary>
/// <param name="Images">Normalised images, float32, shape (count, 3, size, size).</param>
/// <param name="Start">The place of the first among all files.</param>
/// <param name="Count">Number of images.</param>
internal sealed record ImageBatch(Tensor Images, int Start, int Count) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Images.Dispose();
}
