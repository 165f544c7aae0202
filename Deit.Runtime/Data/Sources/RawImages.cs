using System.Globalization;

namespace Deit.Data;

/// <summary>Images of one size whose pixels are kept in memory as the file has them.</summary>
/// <param name="name">What to call them.</param>
/// <param name="classes">The names of the classes.</param>
/// <param name="pixels">All images, one after the other, each in planes of height x width bytes.</param>
/// <param name="labels">Their classes.</param>
/// <param name="format">How large they are, and how many planes each has.</param>
internal sealed class RawImages(string name, IReadOnlyList<string> classes, ReadOnlyMemory<byte> pixels, int[] labels, RawFormat format) : IImageDataset
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => classes;

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public int Label(int index) => labels[index];

    /// <inheritdoc/>
    public RgbImage Load(int index)
    {
        int plane = format.Height * format.Width;
        ReadOnlySpan<byte> image = pixels.Span.Slice(index * plane * format.Planes, plane * format.Planes);
        return format.Planes == 1
            ? RgbImage.OfGray(format.Width, format.Height, image)
            : RgbImage.OfPlanes(format.Width, format.Height, image[..plane], image.Slice(plane, plane), image[(2 * plane)..]);
    }

    /// <inheritdoc/>
    public string Describe(int index) => string.Create(CultureInfo.InvariantCulture, $"{name}[{index}]");
}

/// <summary>The size of raw images.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Planes">1 for gray, 3 for red, green and blue.</param>
internal readonly record struct RawFormat(int Height, int Width, int Planes);
