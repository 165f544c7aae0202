using Deit.Augmentation;
using Deit.Data;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>Trainings that take a moment.</summary>
internal static class TinyTraining
{
    /// <summary>The digits at their own size.</summary>
    public static DataSplits Digits { get; } = DigitsDataset.Open(TinyModels.ImageSize);

    /// <summary>Everything that draws random numbers is on.</summary>
    public static TrainingOptions Options { get; } = new()
    {
        Seed = 3,
        Epochs = 3,
        BatchSize = 128,
        LearningRate = 1e-2,
        WarmupEpochs = 1,
        WarmupLearningRate = 1e-3,
        Mixing = new() { Mixup = 0.8, Cutmix = 1, Probability = 0.5 },
        Augmentation = new() { Crop = CropMode.Padded, CropPadding = 1, RandomErasing = 0.2 },
        EmaDecay = 0.9,
        ClipLimit = 5,
    };

    /// <summary>The same without anything that makes the task harder.</summary>
    public static TrainingOptions Plain { get; } = Options with { Mixing = new() { Smoothing = 0 }, Augmentation = new() };
}
