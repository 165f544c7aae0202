using Deit.Data;

namespace Deit.Training;

/// <summary>Whether images suit a model.</summary>
internal static class DataFit
{
    /// <summary>Refuses images of another size or another number of classes than the model's.</summary>
    /// <exception cref="DeitException">They differ.</exception>
    public static void Require(ModelDescription model, DataSplits data)
    {
        IImageDataset images = data.Train;
        (int height, int width) = (model.Input[1], model.Input[2]);
        if ((data.ImageSize, data.ImageSize) != (height, width))
        {
            throw new DeitException(
                $"{model.Name} takes images of {height}x{width} pixels, but those of {images.Name} are opened at "
                + $"{data.ImageSize}x{data.ImageSize}: set data.image_size to {height}, or take another model.");
        }

        RequireClasses(model, data);
    }

    /// <summary>Refuses images of another number of classes than the model's.</summary>
    /// <exception cref="DeitException">They differ.</exception>
    public static void RequireClasses(ModelDescription model, DataSplits data)
    {
        IImageDataset images = data.Train;
        if (images.ClassNames.Count != model.Classes)
        {
            throw new DeitException(
                $"{model.Name} tells {model.Classes} classes apart, but {images.Name} has {images.ClassNames.Count}: "
                + $"take a model declared with classes: {images.ClassNames.Count}, or data of {model.Classes}.");
        }
    }
}
