using System.Buffers;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Deit.Data;

/// <summary>Writes images of a dataset, augmented and normalised, straight into the memory of a batch's tensors.</summary>
internal sealed class BatchAssembler
{
    private const int Channels = 3;
    private const int Levels = 256;

    private readonly IImageDataset _dataset;
    private readonly DataLoaderOptions _options;

    // The normalised value of every byte, channel by channel: exact, and a look-up is cheaper than reading the image.
    private readonly float[] _normalized;

    public BatchAssembler(IImageDataset dataset, DataLoaderOptions options)
    {
        _dataset = dataset;
        _options = options;
        _normalized = new float[Channels * Levels];
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int level = 0; level < Levels; level++)
            {
                _normalized[(channel * Levels) + level] = ((level / 255f) - options.Mean[channel]) / options.StandardDeviation[channel];
            }
        }
    }

    /// <summary>Makes the batch of some samples.</summary>
    public Batch Assemble(int epoch, ArraySegment<int> indices)
    {
        Tensor images = empty([indices.Count, Channels, _dataset.Height, _dataset.Width], float32, CPU);
        Tensor labels = empty([indices.Count], int64, CPU);
        try
        {
            OrderedParallel.For(indices.Count, _options.Workers, slot =>
            {
                Span<float> image = Slot<float>(images, slot, indices.Count);
                WriteImage(epoch, indices[slot], image);
                Slot<long>(labels, slot, indices.Count)[0] = _dataset.Label(indices[slot]);
            });
            return new Batch(ToDevice(ref images), ToDevice(ref labels), indices);
        }
        catch
        {
            images.Dispose();
            labels.Dispose();
            throw;
        }
    }

    private static Span<T> Slot<T>(Tensor batch, int slot, int slots)
        where T : unmanaged
    {
        Span<T> all = MemoryMarshal.Cast<byte, T>(batch.bytes);
        int length = all.Length / slots;
        return all.Slice(slot * length, length);
    }

    // By reference, so that the caller always holds the tensor that is alive.
    private Tensor ToDevice(ref Tensor tensor)
    {
        if (_options.Device.type == TorchSharp.DeviceType.CPU) return tensor;
        using Tensor onHost = tensor;
        tensor = onHost.to(_options.Device);
        return tensor;
    }

    private void WriteImage(int epoch, int index, Span<float> image)
    {
        byte[] pixels = ArrayPool<byte>.Shared.Rent(image.Length);
        try
        {
            Span<byte> rgb = pixels.AsSpan(0, image.Length);
            _dataset.Read(index, rgb);
            GeometricTransform transform = _options.Augmentation is { } augmentation
                ? GeometricTransform.Draw(
                    augmentation,
                    _dataset.Height,
                    _dataset.Width,
                    RandomStream.For(_options.Seed, epoch, index, RandomPurpose.Geometry))
                : default;
            int plane = image.Length / Channels;
            for (int channel = 0; channel < Channels; channel++)
            {
                ReadOnlySpan<float> normalized = _normalized.AsSpan(channel * Levels, Levels);
                WritePlane(rgb.Slice(channel * plane, plane), image.Slice(channel * plane, plane), normalized, transform);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private void WritePlane(ReadOnlySpan<byte> source, Span<float> target, ReadOnlySpan<float> normalized, in GeometricTransform transform)
    {
        (int height, int width) = (_dataset.Height, _dataset.Width);
        float black = normalized[0];
        int first = Math.Clamp(-transform.ShiftX, 0, width);
        int end = Math.Clamp(width - transform.ShiftX, first, width);
        for (int y = 0; y < height; y++)
        {
            Span<float> row = target.Slice(y * width, width);
            int sourceY = y + transform.ShiftY;
            if (sourceY < 0 || sourceY >= height)
            {
                row.Fill(black);
                continue;
            }

            ReadOnlySpan<byte> sourceRow = source.Slice((sourceY * width) + first + transform.ShiftX, end - first);
            row[..first].Fill(black);
            row[end..].Fill(black);
            Normalize(sourceRow, row[first..end], normalized);
            if (transform.Flip) row.Reverse();
        }

        ErasedRectangle erased = transform.Erased;
        for (int y = 0; y < erased.Height; y++)
        {
            target.Slice(((erased.Top + y) * width) + erased.Left, erased.Width).Clear();
        }
    }

    private static void Normalize(ReadOnlySpan<byte> source, Span<float> target, ReadOnlySpan<float> normalized)
    {
        for (int x = 0; x < source.Length; x++) target[x] = normalized[source[x]];
    }
}
