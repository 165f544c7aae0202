using System.Text.Json;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Data.Images;

public sealed class ResamplingReferenceTests
{
    private static readonly JsonElement Recorded = ReferenceFile.Read("recipe/resize.json");
    private static readonly JsonElement RecordedFilters = ReferenceFile.Read("recipe/resize_filters.json");

    public static TheoryData<string> Cases => [.. All().Select(static recorded => recorded.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_byte_is_that_of_Pillow(string name)
    {
        JsonElement recorded = All().Single(one => one.Name == name).Case;
        using RgbImage image = Source();

        using RgbImage resized = Resize(image, recorded);

        Assert.Equal(recorded.GetProperty("pixels").GetBytesFromBase64(), resized.Pixels.ToArray());
    }

    private static RgbImage Source()
    {
        JsonElement image = Recorded.GetProperty("image");
        return new RgbImage(Int(image, "width"), Int(image, "height"), image.GetProperty("pixels").GetBytesFromBase64());
    }

    private static RgbImage Resize(RgbImage image, JsonElement recorded)
    {
        (int width, int height) = (Int(recorded, "width"), Int(recorded, "height"));
        ResamplingFilter filter = ResamplingFilters.Parse(recorded.GetProperty("interpolation").GetString()!);
        if (!recorded.TryGetProperty("box", out JsonElement box)) return Resampling.Resize(image, width, height, filter);
        int[] edges = [.. box.Longs().Select(static edge => (int)edge)];
        var crop = new PixelBox(edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1]);
        return Resampling.CropAndResize(image, crop, width, height, filter);
    }

    private static IEnumerable<(string Name, JsonElement Case)> All()
    {
        foreach (JsonElement file in new[] { Recorded, RecordedFilters })
        {
            foreach (JsonElement recorded in file.GetProperty("cases").EnumerateArray())
            {
                string box = recorded.TryGetProperty("box", out JsonElement edges) ? $"{string.Join(' ', edges.Longs())} to " : "";
                string name = $"{recorded.GetProperty("interpolation")}, {box}{Int(recorded, "width")}x{Int(recorded, "height")}";
                yield return (name, recorded);
            }
        }
    }

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
