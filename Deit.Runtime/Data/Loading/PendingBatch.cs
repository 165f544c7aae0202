using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Deit.Data;

/// <summary>Samples on their way into the tensors of a batch: every one is written straight to its place.</summary>
internal sealed class PendingBatch : IPendingBatch<Batch>
{
    private readonly IImageDataset _dataset;
    private readonly SampleReader _reader;
    private readonly StagingMemory _staging;
    private readonly int _epoch;
    private readonly Sample[] _samples;
    private readonly int[] _indices;
    private readonly Tensor _images;

    public PendingBatch(IImageDataset dataset, SampleReader reader, StagingMemory staging, int epoch, Sample[] samples)
    {
        (_dataset, _reader, _staging, _epoch, _samples) = (dataset, reader, staging, epoch, samples);
        _indices = new int[samples.Length];
        _images = staging.Take(samples.Length);
    }

    /// <inheritdoc/>
    public int Count => _samples.Length;

    /// <inheritdoc/>
    public void Fill(int place)
    {
        Span<float> all = MemoryMarshal.Cast<byte, float>(_images.bytes);
        int length = _staging.SampleLength;
        _indices[place] = _reader.Read(_epoch, _samples[place], all.Slice(place * length, length));
    }

    /// <inheritdoc/>
    public Batch Finish()
    {
        Tensor labels = empty([Count], int64, CPU).DetachFromDisposeScope();
        Span<long> values = MemoryMarshal.Cast<byte, long>(labels.bytes);
        for (int place = 0; place < Count; place++) values[place] = _dataset.Label(_indices[place]);
        (Tensor images, Tensor ofImages) = _staging.ToDevice(_images, labels);
        return new Batch(images, ofImages, _indices);
    }

    /// <inheritdoc/>
    public void Dispose() => _staging.Return(_images);
}
