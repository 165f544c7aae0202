using Deit.Augmentation;
using Deit.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Data;

public class DataLoaderTests
{
    private const int Size = 8;
    private static readonly AugmentationOptions Everything = new() { Crop = CropMode.Padded, CropPadding = 2, HorizontalFlip = 0.5, RandomErasing = 0.5 };

    private static readonly DataLoaderOptions Plain = new()
    {
        BatchSize = 4,
        Mean = [0.1f, 0.2f, 0.3f],
        StandardDeviation = [0.5f, 0.6f, 0.7f],
    };

    [Fact]
    public void Batches_hold_normalised_images_labels_and_indices()
    {
        using Batch batch = new DataLoader(new PatternDataset(10), Plain).Epoch(0).First();

        Assert.Equal([4, 3, Size, Size], batch.Images.shape);
        Assert.Equal((ScalarType.Float32, ScalarType.Int64), (batch.Images.dtype, batch.Labels.dtype));
        Assert.Equal([0, 1, 2, 3], batch.Indices);
        Assert.Equal([0L, 1, 2, 0], batch.Labels.data<long>().ToArray());
        float[] expected =
        [
            .. from image in Enumerable.Range(0, 4)
               from channel in Enumerable.Range(0, 3)
               from y in Enumerable.Range(0, Size)
               from x in Enumerable.Range(0, Size)
               select Normalized(PatternDataset.Pixel(image, channel, y, x), channel),
        ];
        Assert.Equal(expected, batch.Images.data<float>().ToArray());
    }

    [Theory]
    [InlineData(false, new[] { 4, 4, 2 })]
    [InlineData(true, new[] { 4, 4 })]
    public void The_last_batch_is_kept_unless_it_is_to_be_dropped(bool dropLast, int[] sizes)
    {
        var loader = new DataLoader(new PatternDataset(10), Plain with { DropLast = dropLast });

        Assert.Equal(sizes, Consume(loader.Epoch(0), batch => (int)batch.Images.shape[0]));
        Assert.Equal(sizes.Length, loader.BatchesPerEpoch);
    }

    [Fact]
    public void Shuffled_epochs_hold_every_image_once_in_orders_of_their_own()
    {
        var loader = new DataLoader(new PatternDataset(50), Plain with { Shuffle = true, Seed = 3 });
        int[] first = Indices(loader.Epoch(0));
        int[] second = Indices(loader.Epoch(1));

        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.Equal(Enumerable.Range(0, 50), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, Indices(loader.Epoch(0)));
        Assert.Equal(Permutation.Of(3, 1, 50), second);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 4)]
    public void The_number_of_threads_changes_no_byte(int workers, int prefetch)
    {
        DataLoaderOptions options = Plain with { Shuffle = true, Seed = 7, Augmentation = Everything, Workers = 1 };
        var dataset = new PatternDataset(37);

        float[] alone = Pixels(new DataLoader(dataset, options).Epoch(2));
        float[] together = Pixels(new DataLoader(dataset, options with { Workers = workers, Prefetch = prefetch }).Epoch(2));

        Assert.Equal(alone, together);
        Assert.NotEqual(alone, Pixels(new DataLoader(dataset, options with { Seed = 8 }).Epoch(2)));
    }

    [Fact]
    public void An_image_is_augmented_alike_wherever_its_batch_puts_it()
    {
        DataLoaderOptions options = Plain with { Seed = 7, Augmentation = Everything };
        var dataset = new PatternDataset(12);

        Assert.Equal(
            Pixels(new DataLoader(dataset, options).Epoch(1)),
            Pixels(new DataLoader(dataset, options with { BatchSize = 5 }).Epoch(1)));
    }

    [Fact]
    public void A_resumed_epoch_goes_on_with_the_same_batches_and_reads_no_others()
    {
        DataLoaderOptions options = Plain with { Shuffle = true, Augmentation = Everything };
        var dataset = new PatternDataset(20);
        float[] whole = Pixels(new DataLoader(new PatternDataset(20), options).Epoch(3));
        var loader = new DataLoader(dataset, options);

        float[] rest = Pixels(loader.Epoch(3, skipBatches: 2));

        Assert.Equal(whole[(2 * 4 * 3 * Size * Size)..], rest);
        Assert.Equal(12, dataset.Asked.Count);
        Assert.Empty(Indices(loader.Epoch(3, skipBatches: 5)));
    }

    [Fact]
    public void Augmented_pixels_come_from_the_source_or_the_padding_or_the_erasing()
    {
        DataLoaderOptions options = Plain with { BatchSize = 200, Augmentation = Everything, Seed = 11 };
        using Batch batch = new DataLoader(new PatternDataset(200), options).Epoch(4).Single();

        float[] actual = batch.Images.data<float>().ToArray();
        float[] expected =
        [
            .. from image in Enumerable.Range(0, 200)
               let transform = GeometricTransform.Draw(Everything, Size, Size, RandomStream.For(11, 4, image, RandomPurpose.Geometry))
               from channel in Enumerable.Range(0, 3)
               from y in Enumerable.Range(0, Size)
               from x in Enumerable.Range(0, Size)
               select Augmented(transform, image, channel, y, x),
        ];
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void The_largest_padding_still_shows_some_of_the_image()
    {
        DataLoaderOptions options = Plain with { BatchSize = 300, Augmentation = new() { Crop = CropMode.Padded, CropPadding = Size - 1 } };
        using Batch batch = new DataLoader(new PatternDataset(300), options).Epoch(0).Single();
        float black = Normalized(0, 0);
        float[] red = batch.Images.select(1, 0).flatten(1).max(1).values.data<float>().ToArray();

        Assert.All(red, brightest => Assert.True(brightest > black));
        Assert.Throws<DeitException>(
            () => new DataLoader(new PatternDataset(3), options with { Augmentation = new() { Crop = CropMode.Padded, CropPadding = Size } }));
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_reported_after_the_batches_before_it()
    {
        var loader = new DataLoader(new PatternDataset(20, failAt: 9), Plain);
        var seen = new List<int>();

        var error = Assert.Throws<DeitException>(() =>
        {
            foreach (Batch batch in loader.Epoch(0))
            {
                using (batch) seen.AddRange(batch.Indices);
            }
        });

        Assert.Equal("cannot read pattern[9]", error.Message);
        Assert.Equal(Enumerable.Range(0, 8), seen);
    }

    [Fact]
    public void Batches_belong_to_no_dispose_scope()
    {
        var loader = new DataLoader(new PatternDataset(4), Plain);
        Batch batch;
        using (NewDisposeScope()) batch = loader.Epoch(0).Single();

        Assert.False(batch.Images.IsInvalid);
        batch.Dispose();
        Assert.True(batch.Images.IsInvalid && batch.Labels.IsInvalid);
    }

    [SkippableFact]
    public void Batches_live_on_the_device_asked_for()
    {
        Skip.IfNot(cuda.is_available(), "There is no CUDA device.");
        using Batch onDevice = new DataLoader(new PatternDataset(4), Plain with { Device = CUDA }).Epoch(0).Single();
        using Batch onHost = new DataLoader(new PatternDataset(4), Plain).Epoch(0).Single();
        using Tensor copied = onDevice.Images.cpu();

        Assert.Equal(DeviceType.CUDA, onDevice.Images.device_type);
        Assert.Equal(DeviceType.CUDA, onDevice.Labels.device_type);
        Assert.Equal(onHost.Images.data<float>().ToArray(), copied.data<float>().ToArray());
    }

    [Fact]
    public void A_dataset_too_small_for_a_batch_is_named()
    {
        var error = Assert.Throws<DeitException>(() => new DataLoader(new PatternDataset(3), Plain with { DropLast = true }));
        Assert.Contains("pattern has 3 images", error.Message, StringComparison.Ordinal);
        Assert.Throws<DeitException>(() => new DataLoader(new PatternDataset(0), Plain));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_by_name()
    {
        (Func<DataLoaderOptions> Make, string Name)[] wrong =
        [
            (() => Plain with { BatchSize = 0 }, "Batch size is 0"),
            (() => Plain with { Workers = 0 }, "The number of data workers is 0"),
            (() => Plain with { Prefetch = 0 }, "The number of prefetched batches is 0"),
            (() => Plain with { Augmentation = new() { RandomErasing = 1.5 } }, "The probability of random erasing is 1.5"),
            (() => Plain with { Augmentation = new() { Crop = CropMode.Padded, CropPadding = -1 } }, "The crop's padding is -1"),
            (() => Plain with { Mean = [0.5f] }, "The number of channel means is 1"),
            (() => Plain with { StandardDeviation = [1, 1] }, "The number of channel standard deviations is 2"),
        ];
        Assert.All(wrong, options =>
        {
            var error = Assert.Throws<DeitException>(() => new DataLoader(new PatternDataset(3), options.Make()));
            Assert.StartsWith(options.Name, error.Message, StringComparison.Ordinal);
        });
    }

    private static float Augmented(GeometricTransform transform, int image, int channel, int y, int x)
    {
        ErasedRectangle erased = transform.Erased;
        bool covered = x >= erased.Left && x < erased.Left + erased.Width && y >= erased.Top && y < erased.Top + erased.Height;
        if (covered) return 0;
        int sourceX = (transform.Flip ? Size - 1 - x : x) + transform.ShiftX;
        int sourceY = y + transform.ShiftY;
        bool inside = sourceX is >= 0 and < Size && sourceY is >= 0 and < Size;
        return Normalized(inside ? PatternDataset.Pixel(image, channel, sourceY, sourceX) : (byte)0, channel);
    }

    private static float Normalized(byte value, int channel) => ((value / 255f) - Plain.Mean[channel]) / Plain.StandardDeviation[channel];

    private static float[] Pixels(IEnumerable<Batch> batches) =>
        [.. Consume(batches, batch => batch.Images.data<float>().ToArray()).SelectMany(pixels => pixels)];

    private static int[] Indices(IEnumerable<Batch> batches) =>
        [.. Consume(batches, batch => batch.Indices).SelectMany(indices => indices)];

    private static List<T> Consume<T>(IEnumerable<Batch> batches, Func<Batch, T> read)
    {
        var results = new List<T>();
        foreach (Batch batch in batches)
        {
            using (batch) results.Add(read(batch));
        }

        return results;
    }
}
