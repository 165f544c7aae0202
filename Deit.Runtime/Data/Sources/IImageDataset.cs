namespace Deit.Data;

/// <summary>Labelled images of any size. Every member may be called from several threads at once.</summary>
public interface IImageDataset
{
    /// <summary>What to call the data in messages and reports, such as <c>digits/train</c>.</summary>
    string Name { get; }

    /// <summary>The names of the classes; a label is an index into them.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images.</summary>
    int Count { get; }

    /// <summary>The class of an image.</summary>
    int Label(int index);

    /// <summary>Gives an image, which the caller disposes.</summary>
    /// <param name="index">The image, from 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="DeitException">The image cannot be read; the message holds <see cref="Describe"/>.</exception>
    RgbImage Load(int index);

    /// <summary>
    /// Gives a part of an image, resized, which the caller disposes. Whoever reads encoded files may decode no more than the part
    /// needs, and at a lower resolution: the pixels are then nearly, not exactly, those of the whole image's part.
    /// </summary>
    /// <param name="index">The image, from 0 to <see cref="Count"/> - 1.</param>
    /// <param name="plan">Chooses the part, once the image's size is known.</param>
    /// <exception cref="DeitException">The image cannot be read; the message holds <see cref="Describe"/>.</exception>
    RgbImage LoadCrop(int index, CropPlanning plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using RgbImage image = Load(index);
        return plan(image.Width, image.Height).Apply(image);
    }

    /// <summary>Where an image comes from, for people: the path of its file, or <c>digits[17]</c>.</summary>
    string Describe(int index);
}
