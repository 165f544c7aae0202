using Deit.Augmentation;
using Deit.Data;
using Deit.Optimization;

namespace Deit.Training;

/// <summary>How one model is trained. The defaults are those of a recipe that states nothing.</summary>
public sealed record TrainingOptions
{
    /// <summary>
    /// What order, augmentation, mixing and stochastic depth are drawn from. The first weights are drawn by who makes the model.
    /// </summary>
    public long Seed { get; init; }

    /// <summary>Times that every training image is seen.</summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int Epochs
    {
        get;
        init => field = Check.Value("The number of epochs", value, value >= 1, "at least 1");
    } = 300;

    /// <summary>
    /// Images of a batch, and of a step where <see cref="GradientAccumulationSteps"/> is 1. A last batch that is not full is left
    /// out while training: mixing pairs the images of a batch, and batch normalisation of a few stray images would be noise.
    /// </summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int BatchSize
    {
        get;
        init => field = Check.Value("The batch size", value, value >= 1, "at least 1");
    } = 64;

    /// <summary>
    /// Batches whose gradients a step goes down together, as if they were one: a step is of that many times <see cref="BatchSize"/>
    /// images and takes the memory of one batch. What sees a batch as a whole, mixing and batch norms, sees each for itself.
    /// </summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int GradientAccumulationSteps
    {
        get;
        init => field = Check.Value("The number of accumulated batches", value, value >= 1, "at least 1");
    } = 1;

    /// <summary>The learning rate at the peak of the cosine (see <see cref="CosineSchedule"/>); greater than 0.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Epochs in which the learning rate rises; at least 0.</summary>
    public int WarmupEpochs { get; init; } = 5;

    /// <summary>The learning rate of the first epoch of the warmup; at least 0.</summary>
    public double WarmupLearningRate { get; init; } = 1e-6;

    /// <summary>The learning rate at which the cosine ends; at least 0.</summary>
    public double MinimumLearningRate { get; init; } = 1e-5;

    /// <summary>AdamW's weight decay (see <see cref="WeightDecayGroups"/> for what has none); at least 0.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>AdamW's constants.</summary>
    public AdamWOptions AdamW { get; init; } = new();

    /// <summary>Mixup, CutMix and label smoothing.</summary>
    public MixupOptions Mixing { get; init; } = new();

    /// <summary>How training images are moved, mirrored and covered.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>The decay of the moving average of the weights, from 0 to 1; 0 keeps no average.</summary>
    /// <exception cref="DeitException">The value is not from 0 to 1.</exception>
    public double EmaDecay
    {
        get;
        init => field = Check.Value("The moving average's decay", value, value is >= 0 and <= 1, "from 0 to 1");
    }

    /// <summary>The greatest norm of all gradients together, above which they are scaled down; 0 clips nothing.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public double MaximumGradientNorm
    {
        get;
        init => field = Check.Value("The gradient norm's maximum", value, value >= 0, "at least 0");
    }

    /// <summary>
    /// Whether the model is trained by its generated training code, where it has any; otherwise by its readable forward pass and
    /// autograd.
    /// </summary>
    public bool Fused { get; init; } = true;

    /// <summary>The learning rates of the epochs.</summary>
    /// <exception cref="DeitException">A learning rate or a number of epochs is out of range.</exception>
    public CosineSchedule Schedule() => new(LearningRate, Epochs, WarmupEpochs, WarmupLearningRate, MinimumLearningRate);
}
