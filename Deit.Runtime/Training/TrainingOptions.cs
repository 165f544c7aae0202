using Deit.Augmentation;
using Deit.Compiler.Specs;
using Deit.Data;
using Deit.Losses;
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

    /// <summary>The learning rate where the schedule begins, such as the peak of the cosine, before <see cref="LearningRateScaling"/>; greater than 0.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>What the learning rate is multiplied by before it is scheduled.</summary>
    public LearningRateScaling LearningRateScaling { get; init; }

    /// <summary>How the learning rate falls.</summary>
    public ScheduleType ScheduleType { get; init; } = ScheduleType.Cosine;

    /// <summary>How it falls in steps, where it does.</summary>
    public DecayOptions Decay { get; init; } = new();

    /// <summary>Epochs in which the learning rate rises; at least 0.</summary>
    public int WarmupEpochs { get; init; } = 5;

    /// <summary>The learning rate of the first epoch of the warmup; at least 0.</summary>
    public double WarmupLearningRate { get; init; } = 1e-6;

    /// <summary>Whether the epochs of the warmup come before <see cref="Epochs"/>; otherwise they are the first of them.</summary>
    public bool WarmupPrefix { get; init; }

    /// <summary>Epochs after <see cref="Epochs"/>: a cosine stays at its least rate, other schedules go on as they were.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int CooldownEpochs
    {
        get;
        init => field = Check.Value("The number of cooldown epochs", value, value >= 0, "at least 0");
    }

    /// <summary>The least learning rate, at which the cosine ends; at least 0.</summary>
    public double MinimumLearningRate { get; init; } = 1e-5;

    /// <summary>AdamW's weight decay (see <see cref="WeightDecayGroups"/> for what has none); at least 0.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>
    /// What a layer's learning rate is multiplied by to give that of the layer before it (see <see cref="Optimization.LayerDecay"/>); 1 for one rate.
    /// </summary>
    /// <exception cref="DeitException">The value is not greater than 0 and at most 1.</exception>
    public double LayerDecay
    {
        get;
        init => field = Check.Value("The layer decay", value, value is > 0 and <= 1, "greater than 0 and at most 1");
    } = 1;

    /// <summary>AdamW's constants.</summary>
    public AdamWOptions AdamW { get; init; } = new();

    /// <summary>What is trained; all parameters where nothing is frozen.</summary>
    public FreezeOptions Freeze { get; init; } = new();

    /// <summary>
    /// Whether the model is in training mode; in evaluation mode no block is dropped and batch norms keep their statistics, as DeiT's fine-tuning
    /// has it. The generated training code serves training mode alone.
    /// </summary>
    public bool TrainMode { get; init; } = true;

    /// <summary>What the class head is trained by.</summary>
    public LossOptions Loss { get; init; } = new();

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

    /// <summary>Whether the moving average begins short (<see cref="Optimization.EmaDecay"/>).</summary>
    public bool EmaWarmup { get; init; }

    /// <summary>How gradients are clipped.</summary>
    public ClipMode ClipMode { get; init; } = ClipMode.Norm;

    /// <summary>
    /// The greatest norm of all gradients together, the greatest magnitude of each element, or the greatest share of its weights' norm, as
    /// <see cref="ClipMode"/> says; 0 clips nothing.
    /// </summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public double ClipLimit
    {
        get;
        init => field = Check.Value("The limit of gradients", value, value >= 0, "at least 0");
    }

    /// <summary>
    /// Evaluations without a better accuracy after which a training ends; 0 goes on to the last epoch. The best checkpoint is that of the best
    /// accuracy anyway.
    /// </summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int Patience
    {
        get;
        init => field = Check.Value("The patience", value, value >= 0, "at least 0");
    }

    /// <summary>The epochs from one evaluation to the next. The first epoch and the last are evaluated always.</summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int EvaluateEvery
    {
        get;
        init => field = Check.Value("The epochs between two evaluations", value, value >= 1, "at least 1");
    } = 1;

    /// <summary>What becomes of a step whose loss or gradients are not finite, or whose loss has exploded.</summary>
    public NonFinitePolicy OnNonFinite { get; init; }

    /// <summary>
    /// How many times the loss of guessing, or the mean loss of the epoch before where that is more, the loss of a batch must exceed to count as
    /// exploded; 0 for never. By default what no training of sound logits reaches, so that it is noticed before weights stop being numbers.
    /// </summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public double ExplosionFactor
    {
        get;
        init => field = Check.Value("The factor of an exploded loss", value, value >= 0, "at least 0");
    } = 100;

    /// <summary>
    /// Whether the model is trained by its generated training code, where it has any; otherwise by its readable forward pass and
    /// autograd.
    /// </summary>
    public bool Fused { get; init; } = true;

    /// <summary>
    /// Whether CUDA may round what float32 matrix products and convolutions multiply to TF32, which is faster on GPUs that have it and less exact;
    /// otherwise float32 is float32, for convolutions too. It changes nothing on a CPU.
    /// </summary>
    public bool TensorFloat32 { get; init; }

    /// <summary>The epochs of the whole training, a warmup before the schedule and the cooldown after it included.</summary>
    public int TotalEpochs => Epochs + CooldownEpochs + (WarmupPrefix ? WarmupEpochs : 0);

    /// <summary>The learning rate where the schedule begins: <see cref="LearningRate"/>, scaled to the images of a step where it is asked for.</summary>
    public double ScaledLearningRate => LearningRateScaling == LearningRateScaling.Linear
        ? LearningRate * BatchSize * GradientAccumulationSteps / RecipeSchema.ImagesOfLearningRate
        : LearningRate;

    /// <summary>The learning rates of the epochs.</summary>
    /// <exception cref="DeitException">A learning rate or a number of epochs is out of range.</exception>
    public LearningRateSchedule Schedule()
    {
        double rate = ScaledLearningRate;
        return ScheduleType switch
        {
            ScheduleType.Step => new StepSchedule(rate, Decay.Epochs, Decay.Rate, WarmupEpochs, WarmupLearningRate, WarmupPrefix),
            ScheduleType.Multistep => new MultistepSchedule(rate, Decay.Milestones, Decay.Rate, WarmupEpochs, WarmupLearningRate, WarmupPrefix),
            ScheduleType.Plateau => new PlateauSchedule(rate, Decay.Patience, Decay.Rate, WarmupEpochs, WarmupLearningRate, MinimumLearningRate),
            ScheduleType.Constant => new StepSchedule(rate, int.MaxValue, 1, WarmupEpochs, WarmupLearningRate, WarmupPrefix),
            _ => new CosineSchedule(rate, Epochs, WarmupEpochs, WarmupLearningRate, MinimumLearningRate, WarmupPrefix),
        };
    }
}
