using System.Collections.Immutable;

namespace Deit.Compiler.Specs;

/// <summary>
/// The keys of a recipe: which data, which teacher, which student, how each is trained. Names are those of timm and of
/// <c>facebookresearch/deit</c>; what regularises is off unless a recipe asks for it.
/// </summary>
public static class RecipeSchema
{
    /// <summary>The least learning rate: 0 would train nothing.</summary>
    private const double LeastLearningRate = 1e-12;

    /// <summary>The greatest value below 1 that is worth stating, for rates that must not reach 1.</summary>
    private const double AlmostOne = 0.999999;

    /// <summary>The least share that is worth stating.</summary>
    private const double LeastShare = 0.000001;

    /// <summary>The keys of a training, of the teacher as of the student.</summary>
    public static ImmutableArray<Key> Training { get; } =
    [
        new("finetune", ValueKind.Text, "Weights to start from: a file or a run's folder, relative to the recipe, or 'pretrained' for the published ones. Heads of other classes begin anew, position embeddings of another image size are interpolated."),
        new("epochs", ValueKind.Integer, "Times that every training image is seen.") { Default = 300L, Minimum = 1, Maximum = 1_000_000 },
        new("batch_size", ValueKind.Integer, "Images a step.") { Default = 64L, Minimum = 1, Maximum = 1_000_000 },
        new("lr", ValueKind.Number, "The learning rate at the peak of the cosine schedule.") { Default = 5e-4, Minimum = LeastLearningRate },
        new("warmup_epochs", ValueKind.Integer, "Epochs in which the learning rate rises to the schedule.") { Default = 5L, Minimum = 0, Maximum = 1_000_000 },
        new("warmup_lr", ValueKind.Number, "The learning rate of the first epoch of the warmup.") { Default = 1e-6, Minimum = 0 },
        new("min_lr", ValueKind.Number, "The learning rate at which the cosine schedule ends.") { Default = 1e-5, Minimum = 0 },
        new("weight_decay", ValueKind.Number, "AdamW's weight decay; biases, normalisations, tokens and position embeddings have none.") { Default = 0.05, Minimum = 0 },
        new("smoothing", ValueKind.Number, "Label smoothing: the share of the targets that is spread over all classes.") { Default = 0.1, Minimum = 0, Maximum = 1 },
        new("mixup", ValueKind.Number, "Mixup's alpha; 0 blends no images.") { Default = 0.0, Minimum = 0 },
        new("cutmix", ValueKind.Number, "CutMix's alpha; 0 pastes no boxes.") { Default = 0.0, Minimum = 0 },
        new("mixup_prob", ValueKind.Number, "The probability that a batch is mixed, where mixup or cutmix is on.") { Default = 1.0, Minimum = 0, Maximum = 1 },
        new("mixup_switch_prob", ValueKind.Number, "The probability of CutMix rather than mixup, where both are on.") { Default = 0.5, Minimum = 0, Maximum = 1 },
        new("drop_path", ValueKind.Number, "The stochastic-depth rate of the last block; not stated, the one that the model declares.") { Minimum = 0, Maximum = AlmostOne },
        new("ema_decay", ValueKind.Number, "The decay of the moving average of the weights; 0 keeps no average.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("clip_grad", ValueKind.Number, "The greatest norm of all gradients together; 0 clips nothing.") { Default = 0.0, Minimum = 0 },
        new("beta1", ValueKind.Number, "AdamW's decay of the mean of the gradients.") { Default = 0.9, Minimum = 0, Maximum = AlmostOne },
        new("beta2", ValueKind.Number, "AdamW's decay of the mean of the squared gradients.") { Default = 0.999, Minimum = 0, Maximum = AlmostOne },
        new("eps", ValueKind.Number, "What AdamW adds to the divisor.") { Default = 1e-8, Minimum = 0 },
    ];

    /// <summary>The keys of a recipe.</summary>
    public static Schema Recipe { get; } = new("a recipe",
    [
        new("name", ValueKind.Text, "What to call the recipe; run folders are named by it.") { Required = true },
        new("description", ValueKind.Text, "What the recipe is for."),
        new("seed", ValueKind.Integer, "What all randomness is drawn from: the same seed gives the same numbers.") { Default = 0L },
        new("fused", ValueKind.Boolean, "Whether models are trained by the code that the compiler wrote for it; otherwise by their readable forward pass and autograd, more slowly.") { Default = true },
        new("data", ValueKind.Table, "The images to train on and to judge by.") { Table = Data() },
        new("teacher", ValueKind.Table, "The model that the student learns from.") { Table = Teacher() },
        new("student", ValueKind.Table, "The model to train.") { Table = Student(), Required = true },
        new("distillation", ValueKind.Table, "How the student learns from the teacher.") { Table = Distillation() },
    ]);

    private static Schema Data() => new("the data",
    [
        new("dataset", ValueKind.Text, "The digits that come with the library; folders of images, also in zip or tar archives, which are not unpacked; the binary files of CIFAR; IDX files, as MNIST's; or 'auto', which tells by what is there.")
        {
            Default = "digits",
            Choices = ["digits", "auto", "folder", "zip", "tar", "cifar10", "cifar100", "idx"],
        },
        new("path", ValueKind.Text, "The folder that holds 'train' and 'val', or the archives, or the files."),
        new("image_size", ValueKind.Integer, "Height and width of the images.") { Default = 32L, Minimum = 1, Maximum = 65_536 },
        new("validation", ValueKind.Number, "The share of every class that the model is judged by, where the images are not divided; not stated, they must be.") { Minimum = LeastShare, Maximum = AlmostOne },
        new("class_map", ValueKind.Text, "A file that names the classes in the order of the logits, one a line, such as the classes.txt of a run; not stated, they are in the order of their names."),
        new("workers", ValueKind.Integer, "Threads that read images; it changes nothing but time.") { Default = 2L, Minimum = 1, Maximum = 1024 },
        new("prefetch", ValueKind.Integer, "Batches that may wait to be trained on; it changes nothing but time and memory.") { Default = 2L, Minimum = 1, Maximum = 1024 },
        new("fast_decode", ValueKind.Boolean, "Whether no more of a training image is decoded than its crop needs, and at a lower resolution where that is enough.") { Default = false },
        new("max_bad_images", ValueKind.Integer, "Images that may be unreadable: each is reported, and replaced by the next one.") { Default = 50L, Minimum = 0, Maximum = 1_000_000_000 },
        new("crop_padding", ValueKind.Integer, "Pixels by which training images move at most, along both axes.") { Default = 0L, Minimum = 0, Maximum = 65_536 },
        new("flip", ValueKind.Boolean, "Whether half of the training images are mirrored, left for right.") { Default = false },
        new("random_erasing", ValueKind.Number, "The probability that a rectangle of a training image is blanked.") { Default = 0.0, Minimum = 0, Maximum = 1 },
    ]);

    private static Schema Teacher() => new("a teacher",
    [
        new("model", ValueKind.Text, "The name of the teacher's model.") { Required = true },
        new("weights", ValueKind.Text, "The teacher's weights, named as those of 'finetune' are; the teacher is not trained then."),
        .. Training,
    ]);

    private static Schema Student() => new("a student",
    [
        new("model", ValueKind.Text, "The name of the student's model.") { Required = true },
        .. Training,
    ]);

    private static Schema Distillation() => new("distillation",
    [
        new("type", ValueKind.Text, "What the student learns from its teacher: nothing, its distribution (soft) or its decision (hard). With none, no teacher is trained.")
        {
            Default = "none",
            Choices = ["none", "soft", "hard"],
        },
        new("alpha", ValueKind.Number, "The teacher's share of the loss.") { Default = 0.5, Minimum = 0, Maximum = 1 },
        new("tau", ValueKind.Number, "The temperature of soft distillation.") { Default = 1.0, Minimum = 1e-6 },
    ]);
}
