using System.Text.Json;
using Deit.Augmentation;
using Deit.Data;
using Deit.Tests.Data.Images;
using Deit.Tests.Support;
using SkiaSharp;

namespace Deit.Tests.Data;

/// <summary>A folder of all that can be wrong with images, read as a training would.</summary>
public sealed class HostileImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, true)]
    public void Every_image_is_read_or_reported_by_path_and_none_is_left_out(int workers, bool fast)
    {
        string[] good = [.. WriteGood()];
        string[] bad = [.. WriteBad()];
        _folder.WriteImage("val/a/0.png", 8, 8, SKColors.Red);
        IImageDataset train = ImageFolder.Open(_folder.Path, 8).Train;
        var counted = new BadImages(bad.Length);
        var loader = new DataLoader(train, new()
        {
            BatchSize = 4,
            Transform = new TrainingTransform(new() { Crop = CropMode.RandomResized }, Preprocessing.Default, 8),
            Workers = workers,
            FastDecode = fast,
            BadImages = counted,
        });

        int[] indices = Batches.Indices(loader.Epoch(0));

        Assert.Equal(good.Length + bad.Length, train.Count);
        Assert.Equal(train.Count, indices.Length);
        Assert.Equal(bad.Order(StringComparer.Ordinal), counted.Found.Select(image => image.Source).Order(StringComparer.Ordinal));
        Assert.All(counted.Found, image => Assert.Contains(image.Source, image.Reason, StringComparison.Ordinal));
        Assert.Equal(good.Order(StringComparer.Ordinal), indices.Select(train.Describe).Distinct().Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public void A_file_that_may_not_be_read_is_reported_by_path()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.UserName == "root", "Root may read everything.");
        _folder.WriteImage("val/a/0.png", 8, 8, SKColors.Red);
        string path = _folder.WriteImage("train/a/0.png", 8, 8, SKColors.Red);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.None);
        IImageDataset train = ImageFolder.Open(_folder.Path, 8).Train;

        Assert.Contains(path, Assert.Throws<DeitException>(() => train.Load(0)).Message, StringComparison.Ordinal);
    }

    // Gray, CMYK, 16 bits, palettes, animations: files that Pillow reads, as it was recorded.
    private IEnumerable<string> WriteGood()
    {
        int number = 0;
        foreach (JsonElement recorded in ReferenceFile.Read("recipe/decode.json").GetProperty("cases").EnumerateArray())
        {
            yield return _folder.WriteFile($"train/a/{number++:000}.jpg", recorded.GetProperty("file").GetBytesFromBase64());
        }
    }

    private IEnumerable<string> WriteBad()
    {
        yield return _folder.WriteFile("train/a/050 text.jpg", "This is no image."u8.ToArray());
        yield return _folder.WriteFile("train/a/051 empty.jpg", []);
        yield return _folder.WriteFile("train/a/052 huge.png", PngHeaders.Of(30_000, 30_000));
        byte[] photo = File.ReadAllBytes(_folder.WriteImage("photo.jpg", 90, 70, (x, y) => new SKColor((byte)(x * y), (byte)x, (byte)(y * 3))));
        yield return _folder.WriteFile("train/a/053 cut off.jpg", photo[..(photo.Length / 2)]);
        yield return _folder.WriteFile("train/a/054 head alone.jpg", photo[..20]);
        yield return _folder.WriteFile("train/a/055 unknown.tiff", [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0]);
    }
}
