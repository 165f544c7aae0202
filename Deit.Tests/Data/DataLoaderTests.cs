using Deit.Augmentation;
using Deit.Data;
using Deit.Tests.Support;
using TorchSharp;
using static Deit.Tests.Data.Batches;
using static TorchSharp.torch;

namespace Deit.Tests.Data;

public class DataLoaderTests
{
    private const int Size = 8;
    private static readonly Preprocessing Colours = new() { CropPct = 1, Mean = [0.1, 0.2, 0.3], Std = [0.5, 0.6, 0.7] };

    private static readonly TrainingTransform Everything = new(
        new() { Crop = CropMode.Padded, CropPadding = 2, HorizontalFlip = 0.5, RandomErasing = 0.5 }, Colours, Size);

    private static readonly DataLoaderOptions Plain = new() { BatchSize = 4, Transform = new EvaluationTransform(Colours, Size) };

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
    public void A_batch_shows_what_the_sampler_asks_for()
    {
        var sampler = new DistributedSampler(50, seed: 3);
        var loader = new DataLoader(new PatternDataset(50), Plain with { Sampler = sampler });

        Assert.Equal(Permutation.Of(3, 1, 50), Indices(loader.Epoch(1)));
        Assert.Equal(Indices(loader.Epoch(1)).Select(index => (long)(index % 3)), Labels(loader.Epoch(1)));
        Assert.NotEqual(Indices(loader.Epoch(0)), Indices(loader.Epoch(1)));
    }

    [Fact]
    public void Repeated_views_of_an_image_are_drawn_each_in_its_own_way()
    {
        var sampler = new RepeatedAugmentationSampler(4, seed: 1, new RepeatedAugmentation { Repeats = 2, SelectedRound = 0 });
        DataLoaderOptions options = Plain with { Sampler = sampler, Transform = Everything, Seed = 1 };
        var loader = new DataLoader(new PatternDataset(4), options);

        int[] indices = Indices(loader.Epoch(0));
        float[][] views = [.. Pixels(loader.Epoch(0)).Chunk(3 * Size * Size)];

        Assert.Equal((indices[0], indices[2]), (indices[1], indices[3]));
        Assert.NotEqual(indices[0], indices[2]);
        Assert.NotEqual(views[0], views[1]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 4)]
    [InlineData(5, 1)]
    public void The_number_of_threads_changes_no_byte(int workers, int prefetch)
    {
        DataLoaderOptions options = Plain with { Sampler = new DistributedSampler(37, 7), Seed = 7, Transform = Everything, Workers = 1 };
        var dataset = new PatternDataset(37);

        float[] alone = Pixels(new DataLoader(dataset, options).Epoch(2));
        float[] together = Pixels(new DataLoader(dataset, options with { Workers = workers, Prefetch = prefetch }).Epoch(2));

        Assert.Equal(alone, together);
        Assert.NotEqual(alone, Pixels(new DataLoader(dataset, options with { Seed = 8 }).Epoch(2)));
    }

    [Fact]
    public void An_image_is_augmented_alike_wherever_its_batch_puts_it()
    {
        DataLoaderOptions options = Plain with { Seed = 7, Transform = Everything };
        var dataset = new PatternDataset(12);

        Assert.Equal(
            Pixels(new DataLoader(dataset, options).Epoch(1)),
            Pixels(new DataLoader(dataset, options with { BatchSize = 5 }).Epoch(1)));
    }

    [Fact]
    public void A_resumed_epoch_goes_on_with_the_same_batches_and_reads_no_others()
    {
        DataLoaderOptions options = Plain with { Sampler = new DistributedSampler(20, 0), Transform = Everything };
        var dataset = new PatternDataset(20);
        float[] whole = Pixels(new DataLoader(new PatternDataset(20), options).Epoch(3));
        var loader = new DataLoader(dataset, options);

        float[] rest = Pixels(loader.Epoch(3, skipBatches: 2));

        Assert.Equal(whole[(2 * 4 * 3 * Size * Size)..], rest);
        Assert.Equal(12, dataset.Asked.Count);
        Assert.Empty(Indices(loader.Epoch(3, skipBatches: 5)));
    }

    [Fact]
    public void The_largest_padding_still_shows_some_of_the_image()
    {
        DataLoaderOptions options = Plain with { BatchSize = 300, Transform = Padded(Size - 1) };
        using Batch batch = new DataLoader(new PatternDataset(300), options).Epoch(0).Single();
        float black = Normalized(0, 0);
        float[] red = batch.Images.select(1, 0).flatten(1).max(1).values.data<float>().ToArray();

        Assert.All(red, brightest => Assert.True(brightest > black));
        Assert.Throws<DeitException>(() => Padded(Size));

        static TrainingTransform Padded(int padding) => new(new() { Crop = CropMode.Padded, CropPadding = padding }, Colours, Size);
    }

    [Fact]
    public void A_crop_that_is_decoded_alone_equals_that_of_the_whole_image_where_nothing_can_be_left_out()
    {
        var transform = new TrainingTransform(new() { Crop = CropMode.RandomResized, HorizontalFlip = 0.5, RandomErasing = 0.5 }, Colours, Size);
        DataLoaderOptions options = Plain with { Transform = transform, Seed = 5 };
        var dataset = new PatternDataset(12, size: 20);

        Assert.Equal(
            Pixels(new DataLoader(dataset, options).Epoch(0)),
            Pixels(new DataLoader(dataset, options with { FastDecode = true }).Epoch(0)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void No_more_batches_are_begun_than_may_wait_and_one(int workers, int prefetch)
    {
        int most = (prefetch + 1) * Plain.BatchSize;
        int tooMany = 0;
        var dataset = new PatternDataset(400) { Loading = loads => tooMany += loads > Volatile.Read(ref most) ? 1 : 0 };
        var loader = new DataLoader(dataset, Plain with { Workers = workers, Prefetch = prefetch });
        using IEnumerator<Batch> batches = loader.Epoch(0).GetEnumerator();
        for (int taken = 1; taken <= 90; taken++)
        {
            Volatile.Write(ref most, most + Plain.BatchSize);
            Assert.True(batches.MoveNext());
            batches.Current.Dispose();

            // The threads get as far as they may; that they go no further, they are seen at themselves.
            Assert.True(SpinWait.SpinUntil(() => dataset.Loads >= most, TimeSpan.FromSeconds(60)));
        }

        Assert.Equal((0, most), (tooMany, dataset.Loads));
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_reported_after_the_batches_before_it()
    {
        var loader = new DataLoader(new PatternDataset(20, failAt: [9]), Plain);
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

    /// <summary>More batches than the loader has memory for: what was copied from is used again, and no sooner than it was copied.</summary>
    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Batches_live_on_the_device_asked_for(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        var dataset = new PatternDataset(50);
        Batch[] onDevice = [.. new DataLoader(dataset, Plain with { Device = device }).Epoch(0)];
        Batch[] onHost = [.. new DataLoader(dataset, Plain).Epoch(0)];

        Assert.Equal(13, onDevice.Length);
        foreach ((Batch there, Batch here) in onDevice.Zip(onHost))
        {
            using (there)
            using (here)
            using (NewDisposeScope())
            {
                Assert.Equal((device.type, device.type), (there.Images.device_type, there.Labels.device_type));
                Assert.Equal(here.Images.data<float>().ToArray(), there.Images.cpu().data<float>().ToArray());
                Assert.Equal(here.Labels.data<long>().ToArray(), there.Labels.cpu().data<long>().ToArray());
            }
        }
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
        ];
        Assert.All(wrong, options =>
        {
            var error = Assert.Throws<DeitException>(() => new DataLoader(new PatternDataset(3), options.Make()));
            Assert.StartsWith(options.Name, error.Message, StringComparison.Ordinal);
        });
    }

    private static float Normalized(byte value, int channel) =>
        ((value / 255f) - (float)Colours.Mean[channel]) / (float)Colours.Std[channel];
}
