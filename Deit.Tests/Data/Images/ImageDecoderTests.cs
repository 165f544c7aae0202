using System.Text.Json;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Data.Images;

public sealed class ImageDecoderTests : IDisposable
{
    private static readonly JsonElement Recorded = ReferenceFile.Read("recipe/decode.json").GetProperty("cases");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names =>
        [.. Recorded.EnumerateArray().Select(static recorded => recorded.GetProperty("name").GetString()!)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_byte_is_that_of_Pillow(string name)
    {
        JsonElement recorded = Case(name);

        using RgbImage image = ImageDecoder.Decode(recorded.GetProperty("file").GetBytesFromBase64(), name);

        Assert.Equal((recorded.GetProperty("width").GetInt32(), recorded.GetProperty("height").GetInt32()), (image.Width, image.Height));
        Assert.Equal(recorded.GetProperty("pixels").GetBytesFromBase64(), image.Pixels.ToArray());
    }

    [Fact]
    public void A_file_is_known_by_its_content_not_by_its_name()
    {
        string path = _folder.WriteFile("image.jpg", FileOf("png rgb"));
        using RgbImage image = ImageDecoder.Decode(path);
        Assert.Equal(Case("png rgb").GetProperty("pixels").GetBytesFromBase64(), image.Pixels.ToArray());
    }

    [Theory]
    [InlineData("jpeg 4:2:0")]
    [InlineData("jpeg progressive")]
    [InlineData("jpeg cmyk")]
    [InlineData("png rgb")]
    [InlineData("png gray 16 bits")]
    [InlineData("gif")]
    [InlineData("gif small transparent first frame")]
    [InlineData("webp")]
    [InlineData("webp lossless")]
    [InlineData("bmp")]
    public void A_file_that_is_cut_off_is_refused_wherever_it_is_cut(string name)
    {
        byte[] file = FileOf(name);

        // Some formats end with marks and checksums that no pixel depends on.
        const int NoPixelsBehind = 24;
        for (int length = 0; length < file.Length - NoPixelsBehind; length += 7) AssertRefused(file[..length], "replace or remove it");
    }

    [Fact]
    public void An_empty_file_is_refused() => AssertRefused([], "empty");

    [Fact]
    public void A_text_is_refused() => AssertRefused("This is no image, whatever its name is."u8.ToArray(), "no image");

    [Fact]
    public void An_image_beyond_the_limit_is_refused_before_it_takes_memory() =>
        AssertRefused(PngHeaders.Of(30_000, 30_000), "30000x30000");

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        foreach (string path in new[] { _folder.File("nowhere.jpg"), _folder.Path })
        {
            var error = Assert.Throws<DeitException>(() => ImageDecoder.Decode(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damage_gives_an_image_or_a_message()
    {
        int rounds = Environment.GetEnvironmentVariable("DEIT_LONG") == "1" ? 2000 : 20;
        var random = new Random(7);
        foreach (JsonElement recorded in Recorded.EnumerateArray())
        {
            byte[] file = recorded.GetProperty("file").GetBytesFromBase64();
            for (int round = 0; round < rounds; round++)
            {
                byte[] damaged = [.. file];
                for (int i = random.Next(1, 5); i > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                DecodeOrRefuse(damaged);
            }
        }
    }

    private static void DecodeOrRefuse(byte[] file)
    {
        try
        {
            ImageDecoder.Decode(file, "damaged").Dispose();
        }
        catch (DeitException refusal)
        {
            Assert.Contains("'damaged'", refusal.Message, StringComparison.Ordinal);
        }
    }

    private static void AssertRefused(byte[] file, string part)
    {
        var error = Assert.Throws<DeitException>(() => ImageDecoder.Decode(file, "shard.tar/0.jpg").Dispose());
        Assert.Contains("'shard.tar/0.jpg'", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static byte[] FileOf(string name) => Case(name).GetProperty("file").GetBytesFromBase64();

    private static JsonElement Case(string name) => Recorded.EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
}
