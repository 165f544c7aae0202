using Deit.Data;

namespace Deit.Tests.Data.Images;

public sealed class ResamplingTests
{
    private static readonly (int Width, int Height)[] Sizes =
        [(1, 1), (2, 3), (5, 1), (1, 6), (17, 31), (64, 64), (40, 9), (8, 100), (133, 57)];

    public static TheoryData<ResamplingFilter> Filters => [.. Enum.GetValues<ResamplingFilter>()];

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_constant_image_stays_constant(ResamplingFilter filter)
    {
        ForAllSizes((from, to) =>
        {
            (byte, byte, byte) color = (0, 255, (byte)((from.Width * 7) + to.Height));
            using RgbImage image = RandomImages.Of(from.Width, from.Height, (_, _) => color);
            using RgbImage resized = Resampling.Resize(image, to.Width, to.Height, filter);
            using RgbImage expected = RandomImages.Of(to.Width, to.Height, (_, _) => color);
            AssertEqual(expected, resized);
        });
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void The_same_size_gives_the_same_bytes(ResamplingFilter filter)
    {
        foreach ((int width, int height) in Sizes)
        {
            using RgbImage image = RandomImages.Noise(width, height, seed: width);
            using RgbImage resized = Resampling.Resize(image, width, height, filter);
            AssertEqual(image, resized);
        }
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_window_is_the_part_of_the_whole(ResamplingFilter filter)
    {
        ForAllSizes((from, to) =>
        {
            using RgbImage image = RandomImages.Noise(from.Width, from.Height, seed: to.Width);
            var window = new PixelBox(to.Width / 3, to.Height / 4, (to.Width + 1) / 2, (to.Height + 1) / 2);
            using RgbImage whole = Resampling.Resize(image, to.Width, to.Height, filter);
            using RgbImage expected = whole.Cut(window);

            using RgbImage part = Resampling.ResizeWindow(image, to.Width, to.Height, filter, window);

            AssertEqual(expected, part);
        });
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Nothing_outside_a_crop_counts(ResamplingFilter filter)
    {
        ForAllSizes((from, to) =>
        {
            using RgbImage image = RandomImages.Noise(from.Width, from.Height, seed: to.Height);
            var crop = new PixelBox(from.Width / 3, from.Height / 4, (from.Width + 1) / 2, (from.Height + 1) / 2);
            using RgbImage cut = image.Cut(crop);
            using RgbImage expected = Resampling.Resize(cut, to.Width, to.Height, filter);

            using RgbImage resized = Resampling.CropAndResize(image, crop, to.Width, to.Height, filter);

            AssertEqual(expected, resized);
        });
    }

    // The kernel of Box is open on one side, and Nearest has to choose one: they alone are not symmetric.
    [Theory]
    [InlineData(ResamplingFilter.Bilinear)]
    [InlineData(ResamplingFilter.Hamming)]
    [InlineData(ResamplingFilter.Bicubic)]
    [InlineData(ResamplingFilter.Lanczos)]
    public void A_mirrored_image_becomes_the_mirrored_result_but_for_a_level(ResamplingFilter filter)
    {
        ForAllSizes((from, to) =>
        {
            using RgbImage image = RandomImages.Noise(from.Width, from.Height, seed: 3);
            using RgbImage turned = RandomImages.Of(from.Width, from.Height, (x, y) => image.At(from.Width - 1 - x, from.Height - 1 - y));
            using RgbImage resized = Resampling.Resize(image, to.Width, to.Height, filter);
            using RgbImage turnedBack = RandomImages.Of(to.Width, to.Height, (x, y) => resized.At(to.Width - 1 - x, to.Height - 1 - y));

            using RgbImage resizedTurned = Resampling.Resize(turned, to.Width, to.Height, filter);

            int farthest = 0;
            for (int i = 0; i < turnedBack.Pixels.Length; i++)
            {
                farthest = Math.Max(farthest, Math.Abs(resizedTurned.Pixels[i] - turnedBack.Pixels[i]));
            }

            Assert.InRange(farthest, 0, 1);
        });
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Colours_do_not_mix(ResamplingFilter filter)
    {
        ForAllSizes((from, to) =>
        {
            using RgbImage image = RandomImages.Of(from.Width, from.Height, (x, y) => ((byte)((x * y) % 256), 0, 255));
            using RgbImage resized = Resampling.Resize(image, to.Width, to.Height, filter);
            using RgbImage expected = RandomImages.Of(to.Width, to.Height, (x, y) => (resized.At(x, y).Red, 0, 255));
            AssertEqual(expected, resized);
        });
    }

    [Theory]
    [InlineData(ResamplingFilter.Bicubic)]
    [InlineData(ResamplingFilter.Lanczos)]
    public void Overshoot_is_cut_off(ResamplingFilter filter)
    {
        using RgbImage image = RandomImages.Of(8, 8, (x, _) => x < 4 ? ((byte)0, (byte)0, (byte)0) : ((byte)255, (byte)255, (byte)255));
        using RgbImage resized = Resampling.Resize(image, 80, 8, filter);
        Assert.All(Enumerable.Range(1, 79), x => Assert.InRange(resized.At(x, 0).Red - resized.At(x - 1, 0).Red, -127, 127));
    }

    [Fact]
    public void Half_of_an_image_by_bilinear_weights_its_neighbours_1_3_3_1()
    {
        using RgbImage image = RandomImages.Of(8, 1, (x, _) => ((byte)(x == 3 ? 80 : 0), 0, 0));
        using RgbImage resized = Resampling.Resize(image, 4, 1, ResamplingFilter.Bilinear);
        Assert.Equal([0, 30, 10, 0], Enumerable.Range(0, 4).Select(x => (int)resized.At(x, 0).Red));
    }

    [Theory]
    [InlineData(-1, 0, 2, 2)]
    [InlineData(0, 0, 0, 2)]
    [InlineData(3, 3, 2, 1)]
    [InlineData(1, 1, int.MaxValue, 1)]
    public void A_box_outside_the_image_is_refused(int left, int top, int width, int height)
    {
        using RgbImage image = RandomImages.Noise(4, 4, seed: 1);
        var box = new PixelBox(left, top, width, height);
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampling.CropAndResize(image, box, 2, 2, ResamplingFilter.Bilinear));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampling.ResizeWindow(image, 4, 4, ResamplingFilter.Bilinear, box));
    }

    private static void ForAllSizes(Action<(int Width, int Height), (int Width, int Height)> check)
    {
        foreach ((int, int) from in Sizes)
        {
            foreach ((int, int) to in Sizes) check(from, to);
        }
    }

    private static void AssertEqual(RgbImage expected, RgbImage actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.True(expected.Pixels.SequenceEqual(actual.Pixels), $"Bytes of {expected.Width}x{expected.Height} pixels differ.");
    }
}
