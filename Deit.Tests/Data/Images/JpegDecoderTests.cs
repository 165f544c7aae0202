using Deit.Data;

namespace Deit.Tests.Data.Images;

public class JpegDecoderTests
{
    [SkippableFact]
    public void Both_decoders_give_the_same_pixels_of_photos()
    {
        RequireTurboJpeg();
        foreach ((string name, byte[] file) in Photos())
        {
            using RgbImage turbo = ImageDecoder.Decode(file, name, useTurboJpeg: true);
            using RgbImage skia = ImageDecoder.Decode(file, name, useTurboJpeg: false);
            Assert.Equal((skia.Width, skia.Height), (turbo.Width, turbo.Height));
            Assert.True(turbo.Pixels.SequenceEqual(skia.Pixels), name);
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_crop_that_is_not_shrunk_to_half_equals_that_of_the_whole_photo(bool useTurboJpeg)
    {
        if (useTurboJpeg) RequireTurboJpeg();
        foreach ((string name, byte[] file) in Photos())
        {
            using RgbImage whole = ImageDecoder.Decode(file, name);
            CropPlan plan = Plan(whole.Width, whole.Height);
            using RgbImage expected = plan.Apply(whole);

            using RgbImage crop = ImageDecoder.DecodeCrop(file, name, (_, _) => plan, useTurboJpeg);

            Assert.True(Difference(expected, crop) < 0.6, $"{name}: {Difference(expected, crop)}");
        }

        static CropPlan Plan(int width, int height) =>
            new(new PixelBox(width / 5, height / 3, width / 2, height / 2), width * 3 / 8, height * 3 / 8, ResamplingFilter.Bicubic);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_crop_that_is_shrunk_is_nearly_that_of_the_whole_photo(bool useTurboJpeg)
    {
        if (useTurboJpeg) RequireTurboJpeg();
        foreach ((string name, byte[] file) in Photos())
        {
            using RgbImage whole = ImageDecoder.Decode(file, name);
            var plan = new CropPlan(new PixelBox(0, 0, whole.Width, whole.Height), whole.Width / 3, whole.Height / 3, ResamplingFilter.Bicubic);
            using RgbImage expected = plan.Apply(whole);
            using RgbImage crop = ImageDecoder.DecodeCrop(file, name, (_, _) => plan, useTurboJpeg);
            using RgbImage mirrored = Mirrored(expected);

            double difference = Difference(expected, crop);
            Assert.True(difference < 6, $"{name}: {difference}");
            Assert.True(difference < Difference(expected, mirrored), name);
        }
    }

    [Theory]
    [InlineData(1000, 800, 224, 2)]
    [InlineData(448, 448, 224, 2)]
    [InlineData(447, 600, 224, 1)]
    [InlineData(900, 896, 224, 4)]
    [InlineData(9000, 9000, 224, 8)]
    [InlineData(100, 100, 224, 1)]
    public void An_image_is_shrunk_as_long_as_its_crop_stays_no_smaller_than_the_result(int width, int height, int size, int divisor)
    {
        Assert.Equal(divisor, new CropPlan(new PixelBox(0, 0, width, height), size, size, ResamplingFilter.Bicubic).Divisor());
    }

    [Fact]
    public void A_crop_keeps_its_place_in_a_shrunk_image()
    {
        var plan = new CropPlan(new PixelBox(100, 51, 300, 201), 10, 10, ResamplingFilter.Bicubic);
        Assert.Equal(new PixelBox(50, 26, 150, 100), plan.OfShrunk(401, 301, 201, 151).Crop);
        Assert.Equal(new PixelBox(0, 0, 1, 1), (plan with { Crop = new PixelBox(0, 0, 1, 1) }).OfShrunk(800, 800, 100, 100).Crop);
        Assert.Equal(new PixelBox(99, 99, 1, 1), (plan with { Crop = new PixelBox(799, 799, 1, 1) }).OfShrunk(800, 800, 100, 100).Crop);
    }

    private static void RequireTurboJpeg() => Skip.IfNot(TurboJpeg.IsAvailable, "The system has no libturbojpeg.");

    private static RgbImage Mirrored(RgbImage image)
    {
        byte[] pixels = image.Pixels.ToArray();
        Array.Reverse(pixels);
        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static double Difference(RgbImage one, RgbImage other)
    {
        Assert.Equal((one.Width, one.Height), (other.Width, other.Height));
        long sum = 0;
        for (int i = 0; i < one.Pixels.Length; i++) sum += Math.Abs(one.Pixels[i] - other.Pixels[i]);
        return (double)sum / one.Pixels.Length;
    }

    private static IEnumerable<(string Name, byte[] File)> Photos()
    {
        ZipStore store = ZipStore.Open(TestData.Require("imagenet-sample.zip"));
        int step = Environment.GetEnvironmentVariable("DEIT_LONG") == "1" ? 1 : 16;
        for (int file = 0; file < store.Names.Count; file += step)
        {
            if (!ClassLayout.IsImage(store.Names[file])) continue;
            using PooledBytes bytes = store.Read(file);
            yield return (store.Names[file], bytes.Span.ToArray());
        }
    }
}
