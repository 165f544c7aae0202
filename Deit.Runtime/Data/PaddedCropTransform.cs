namespace Deit.Data;

/// <summary>
/// Brings an image to the model's size, moves, mirrors and covers it as <see cref="GeometricTransform"/> draws, and normalises it.
/// </summary>
public sealed class PaddedCropTransform : ISampleTransform
{
    private readonly AugmentationOptions _options;
    private readonly EvaluationTransform _still;

    /// <summary>Makes the transform.</summary>
    /// <param name="options">What is drawn.</param>
    /// <param name="preprocessing">How images are brought to the model's size and normalised.</param>
    /// <param name="size">Height and width that the model takes, in pixels.</param>
    /// <exception cref="DeitException">The images are no larger than the crop padding.</exception>
    public PaddedCropTransform(AugmentationOptions options, Preprocessing preprocessing, int size)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check.Value("Crop padding", options.CropPadding, options.CropPadding < size, $"less than the images' shorter side, {size}");
        _options = options;
        _still = new EvaluationTransform(preprocessing, size);
    }

    /// <inheritdoc/>
    public int Height => _still.Size;

    /// <inheritdoc/>
    public int Width => _still.Size;

    /// <inheritdoc/>
    public void Apply(RgbImage image, in SampleKey key, Span<float> destination)
    {
        GeometricTransform drawn = GeometricTransform.Draw(_options, Height, Width, key.Stream(RandomPurpose.Geometry));
        using RgbImage moved = Move(image, drawn);
        _still.Apply(moved, destination);
        int plane = Height * Width;
        for (int channel = 0; channel < RgbImage.Channels; channel++)
        {
            for (int y = 0; y < drawn.Erased.Height; y++)
            {
                destination.Slice((channel * plane) + ((drawn.Erased.Top + y) * Width) + drawn.Erased.Left, drawn.Erased.Width).Clear();
            }
        }
    }

    private RgbImage Move(RgbImage image, in GeometricTransform drawn)
    {
        using RgbImage centre = new CentredResize(Height, Height, ResamplingFilter.Bicubic).Apply(image);
        RgbImage moved = RgbImage.Uninitialized(Width, Height);
        moved.Writable.Clear();
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int sourceX = (drawn.Flip ? Width - 1 - x : x) + drawn.ShiftX;
                int sourceY = y + drawn.ShiftY;
                if (sourceX < 0 || sourceX >= Width || sourceY < 0 || sourceY >= Height) continue;
                centre.Pixels.Slice(((sourceY * Width) + sourceX) * RgbImage.Channels, RgbImage.Channels)
                    .CopyTo(moved.Writable[(((y * Width) + x) * RgbImage.Channels)..]);
            }
        }

        return moved;
    }
}
