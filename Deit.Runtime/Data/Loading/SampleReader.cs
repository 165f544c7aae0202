namespace Deit.Data;

/// <summary>Reads samples of a dataset; an image that cannot be read is replaced by the next that can, as timm does.</summary>
internal sealed class SampleReader(IImageDataset dataset, DataLoaderOptions options)
{
    // timm's limit for one sample: whole stretches of bad images are no accident.
    private const int Attempts = 50;

    private readonly ISampleTransform _transform = options.Transform;
    private readonly ICropPlanner? _planner = options.FastDecode && options.Transform is ICropPlanner { PlansCrops: true } planner ? planner : null;

    /// <summary>Writes a sample.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="sample">The sample; its own key is kept for a replacement, so that no two views of an epoch are drawn alike.</param>
    /// <param name="destination">Takes 3 x height x width values.</param>
    /// <returns>The image that was read.</returns>
    /// <exception cref="DeitException">The image cannot be read, and may not be replaced.</exception>
    public int Read(int epoch, Sample sample, Span<float> destination)
    {
        var key = new SampleKey(options.Seed, epoch, sample.Index, sample.Repeat);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            int index = (int)(((long)sample.Index + attempt) % dataset.Count);
            try
            {
                Write(index, key, destination);
                return index;
            }
            catch (DeitException exception) when (options.BadImages is not null)
            {
                options.BadImages.Add(dataset, index, exception);
            }
        }

        throw new DeitException(
            $"{Attempts} images of {dataset.Name} in a row cannot be read, from '{dataset.Describe(sample.Index)}' on: "
            + "see whether the data were copied whole.");
    }

    private void Write(int index, in SampleKey key, Span<float> destination)
    {
        if (_planner is { } planner)
        {
            SampleKey copy = key;
            using RgbImage crop = dataset.LoadCrop(index, (width, height) => planner.Plan(width, height, copy));
            planner.ApplyToCrop(crop, key, destination);
            return;
        }

        using RgbImage image = dataset.Load(index);
        _transform.Apply(image, key, destination);
    }
}
