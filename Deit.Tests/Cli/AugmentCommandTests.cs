using Deit.Augmentation;
using Deit.Data;
using Deit.Tests.Data;
using Deit.Tests.Support;
using Deit.Tests.Training;
using SkiaSharp;

namespace Deit.Tests.Cli;

public sealed class AugmentCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _image;
    private readonly string _output;

    public AugmentCommandTests()
    {
        _image = _folder.WriteImage("image.png", 37, 21, static (x, y) => new SKColor((byte)(x * 6), (byte)(y * 11), (byte)(x * y)));
        _output = _folder.File("out.png");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ShearX", "-0.27", "bicubic", "124,116,104")]
    [InlineData("Rotate", "27", "bilinear", "0,0,255")]
    [InlineData("TranslateYRel", "-4.05e-1", "nearest", "1, 2, 3")]
    [InlineData("SolarizeAdd", "99", null, null)]
    [InlineData("Equalize", null, null, null)]
    [InlineData("HorizontalFlip", null, null, null)]
    public void An_operator_is_applied_without_loss(string name, string? argument, string? interpolation, string? fill)
    {
        List<string> words = ["augment", _image, "--op", name, "--output", _output];
        if (argument is not null) words.AddRange(["--argument", argument]);
        if (interpolation is not null) words.AddRange(["--interpolation", interpolation]);
        if (fill is not null) words.AddRange(["--fill", fill]);

        CommandHost.Result result = CommandHost.Run([.. words]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        byte[] colour = [.. (fill ?? "124,116,104").Split(',').Select(byte.Parse)];
        var settings = new OperatorSettings(ResamplingFilters.Parse(interpolation ?? "bicubic"), new(colour[0], colour[1], colour[2]));
        double? value = argument is null ? null : double.Parse(argument, System.Globalization.CultureInfo.InvariantCulture);
        using RgbImage image = ImageDecoder.Decode(_image);
        using RgbImage expected = ImageOperator.Find(name).Apply(image, value, settings);
        using RgbImage written = ImageDecoder.Decode(_output);
        Assert.Equal((37, 21), (written.Width, written.Height));
        Assert.Equal(expected.Pixels.ToArray(), written.Pixels.ToArray());
    }

    [Theory]
    [InlineData("There is no operator 'ShearZ'. Did you mean 'ShearX'?", "--op", "ShearZ", "--argument", "1")]
    [InlineData("Rotate needs an argument: degrees, counter-clockwise.", "--op", "Rotate")]
    [InlineData("Invert takes no argument; leave it out.", "--op", "Invert", "--argument", "3")]
    [InlineData("--argument must be a number, not 'x'.", "--op", "Rotate", "--argument", "x")]
    [InlineData("Rotate's argument is NaN", "--op", "Rotate", "--argument", "NaN")]
    [InlineData("Posterize's argument is 1.5; it must be a whole number", "--op", "Posterize", "--argument", "1.5")]
    [InlineData("GaussianBlur's argument is -1; it must be a number from 0 to 1000", "--op", "GaussianBlur", "--argument", "-1")]
    [InlineData("--fill must be three levels from 0 to 255", "--op", "Rotate", "--argument", "1", "--fill", "1,2,256")]
    [InlineData("There is no interpolation 'bicubical' for operators. Did you mean 'bicubic'?", "--op", "Rotate", "--argument", "1", "--interpolation", "bicubical")]
    [InlineData("'augment' needs either --recipe or --op.")]
    [InlineData("--count has no meaning with --op; leave it out.", "--op", "Invert", "--count", "3")]
    [InlineData("--argument has no meaning with --recipe; leave it out.", "--recipe", "r.yaml", "--argument", "3")]
    [InlineData("--count must be at least 1.", "--recipe", "r.yaml", "--count", "0")]
    public void A_command_line_that_cannot_be_meant_is_refused(string expected, params string[] words)
    {
        CommandHost.Result result = CommandHost.Run(["augment", _image, .. words, "--output", _output]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.ErrorLine, StringComparison.Ordinal);
        Assert.False(File.Exists(_output));
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named()
    {
        string path = _folder.WriteFile("text.jpg", "no image"u8.ToArray());

        CommandHost.Result result = CommandHost.Run("augment", path, "--op", "Invert", "--output", _output);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Cannot read the image '{path}'", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sheet_shows_as_many_samples_as_asked_for()
    {
        CommandHost.Result result = Sheet("--count", "5", "--seed", "3", "--set", "augmentation.auto_augment=rand-m9-p1", "--set", "augmentation.hflip=0.5");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        string[] lines = result.Output.TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("  1  at ", lines[0], StringComparison.Ordinal);

        // Six cells of 160 pixels, three in a row.
        using RgbImage sheet = ImageDecoder.Decode(_output);
        Assert.Equal((3 * 168) + 8, sheet.Width);
        Assert.True(sheet.Height > 2 * 160);
    }

    [Fact]
    public void A_seed_gives_the_same_sheet()
    {
        byte[] Run(string seed)
        {
            Assert.Equal(0, Sheet("--count", "3", "--seed", seed, "--set", "augmentation.auto_augment=v0").ExitCode);
            return File.ReadAllBytes(_output);
        }

        byte[] first = Run("1");

        Assert.Equal(first, Run("1"));
        Assert.NotEqual(first, Run("2"));
    }

    [Fact]
    public void The_first_cell_is_the_part_that_the_recipe_judges_by()
    {
        (byte[] Judged, byte[] Trained) whole = Cells(), centre = Cells("--set", "data.crop_pct=0.5");

        Assert.Equal(whole.Trained, centre.Trained);
        Assert.NotEqual(whole.Judged, centre.Judged);
    }

    /// <summary>The two columns of a sheet with one sample.</summary>
    private (byte[] Judged, byte[] Trained) Cells(params string[] words)
    {
        Assert.Equal(0, Sheet(["--count", "1", "--seed", "1", .. words]).ExitCode);
        using RgbImage sheet = ImageDecoder.Decode(_output);
        Assert.Equal((2 * 168) + 8, sheet.Width);
        byte[][] rows = [.. sheet.Pixels.ToArray().Chunk(RgbImage.Channels * sheet.Width)];
        int middle = RgbImage.Channels * sheet.Width / 2;
        return ([.. rows.SelectMany(row => row[..middle])], [.. rows.SelectMany(row => row[middle..])]);
    }

    [Fact]
    public void A_wrong_policy_is_blamed_at_its_option()
    {
        CommandHost.Result result = Sheet("--set", "augmentation.auto_augment=rand-x9");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("augmentation.auto_augment: the policy 'rand-x9' cannot be used: 'x9' is no part of it", result.ErrorLine, StringComparison.Ordinal);
    }

    private CommandHost.Result Sheet(params string[] words) => CommandHost.Run(
        ["augment", _image, "--recipe", TinyRecipe.Write(_folder.Path), .. words, "--output", _output]);
}
