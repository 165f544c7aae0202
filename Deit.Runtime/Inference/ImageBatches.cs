using System.Runtime.InteropServices;
using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>Decodes and prepares images on threads of their own, ahead of the model that answers them.</summary>
/// <param name="count">How many.</param>
/// <param name="load">Gives one; the batches dispose it.</param>
/// <param name="transform">How they are prepared.</param>
/// <param name="options">Batch size, threads.</param>
internal sealed class ImageBatches(int count, Func<int, RgbImage> load, EvaluationTransform transform, InferenceOptions options)
{
    private const int Channels = 3;

    // One is answered, one waits, one is in the making: what decoding wins is won by that.
    private const int Waiting = 1;

    private int Side => transform.Size;

    /// <summary>The batches, in the order of the files; who takes one disposes it.</summary>
    /// <param name="device">Where their tensors live.</param>
    /// <param name="unreadable">
    /// Is told of a file that cannot be read, whose place in the batch then holds zeros; called by many threads. Null throws.
    /// </param>
    /// <exception cref="DeitException">A file cannot be read.</exception>
    public IEnumerable<ImageBatch> Decode(Device device, Action<int, DeitException>? unreadable = null) =>
        BatchPipeline.Run(Begin(device, unreadable), options.Workers, Waiting);

    private IEnumerable<IPendingBatch<ImageBatch>> Begin(Device device, Action<int, DeitException>? unreadable)
    {
        for (int start = 0; start < count; start += options.BatchSize)
        {
            yield return new Pending(this, start, Math.Min(options.BatchSize, count - start), device, unreadable);
        }
    }

    private void Write(int index, Span<float> destination, Action<int, DeitException>? unreadable)
    {
        try
        {
            using RgbImage image = load(index);
            transform.Apply(image, destination);
        }
        catch (DeitException exception) when (unreadable is not null)
        {
            unreadable(index, exception);
        }
    }

    private sealed class Pending(ImageBatches owner, int start, int size, Device device, Action<int, DeitException>? unreadable)
        : IPendingBatch<ImageBatch>
    {
        private readonly int _length = Channels * owner.Side * owner.Side;
        private readonly Tensor _images = zeros([size, Channels, owner.Side, owner.Side], float32, CPU).DetachFromDisposeScope();

        public int Count => size;

        public void Fill(int place) => owner.Write(
            start + place, MemoryMarshal.Cast<byte, float>(_images.bytes).Slice(place * _length, _length), unreadable);

        public ImageBatch Finish()
        {
            Tensor onDevice = _images.to(device).DetachFromDisposeScope();
            if (!ReferenceEquals(onDevice, _images)) _images.Dispose();
            return new(onDevice, start, size);
        }

        public void Dispose() => _images.Dispose();
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
