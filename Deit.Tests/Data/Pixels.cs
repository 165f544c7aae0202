using Deit.Data;

namespace Deit.Tests.Data;

/// <summary>The bytes of images.</summary>
internal static class Pixels
{
    /// <summary>An image of a dataset: red, green, blue, pixel by pixel.</summary>
    public static byte[] Of(IImageDataset dataset, int index)
    {
        using RgbImage image = dataset.Load(index);
        return image.Pixels.ToArray();
    }

    /// <summary>One channel of an image of a dataset.</summary>
    public static byte[] Plane(IImageDataset dataset, int index, int channel) =>
        [.. Of(dataset, index).Where((_, place) => place % RgbImage.Channels == channel)];
}
