namespace Deit.Data;

/// <summary>Labelled images of one size. Every member may be called from several threads at once.</summary>
public interface IImageDataset
{
    /// <summary>What to call the data in messages and reports, such as <c>digits/train</c>.</summary>
    string Name { get; }

    /// <summary>The names of the classes; a label is an index into them.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>Height of every image in pixels.</summary>
    int Height { get; }

    /// <summary>Width of every image in pixels.</summary>
    int Width { get; }

    /// <summary>The class of an image.</summary>
    int Label(int index);

    /// <summary>Writes an image.</summary>
    /// <param name="index">The image, from 0 to <see cref="Count"/> - 1.</param>
    /// <param name="rgb">
    /// Takes 3 x <see cref="Height"/> x <see cref="Width"/> bytes: the red plane, then green, then blue, each row by row, as
    /// tensors keep them (channels, height, width).
    /// </param>
    /// <exception cref="DeitException">The image cannot be read.</exception>
    void Read(int index, Span<byte> rgb);

    /// <summary>Where an image comes from, for people: the path of its file, or <c>digits[17]</c>.</summary>
    string Describe(int index);
}
