using Deit.Tests.Data;
using Deit.Tests.Support;
using SkiaSharp;

namespace Deit.Tests.Inference;

/// <summary>Small images that differ: a folder a class, a shade an image.</summary>
internal static class ColourImages
{
    /// <summary>Writes images of 40 by 32 pixels.</summary>
    /// <returns>Their paths in the order of folders and files.</returns>
    public static string[] Write(TemporaryFolder folder, string parent, int classes, int imagesPerClass) =>
    [
        .. Enumerable.Range(0, classes).SelectMany(label => Enumerable.Range(0, imagesPerClass).Select(image => folder.WriteImage(
            $"{parent}/class_{label}/{image}.png", 40, 32, (x, y) => new SKColor((byte)(30 + (label * 60)), (byte)(image * 50), (byte)((x * 5) + y))))),
    ];
}
