using System.Collections.Immutable;

namespace Deit.Compiler.Specs;

/// <summary>
/// The keys of a recipe: which data, which teacher, which student, how each is trained. Names are those of timm and of
/// <c>facebookresearch/deit</c>; what regularises is off unless a recipe asks for it.
/// </summary>
public static class RecipeSchema
{
    /// <summary>The images of a step that a linearly scaled learning rate is stated for; DeiT's.</summary>
    public const double ImagesOfLearningRate = 512;

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
        new("batch_size", ValueKind.Integer, "Images of a batch.") { Default = 64L, Minimum = 1, Maximum = 1_000_000 },
        new("grad_accum_steps", ValueKind.Integer, "Batches whose gradients are averaged for a step: it is of that many times the images, in the memory of one batch.") { Default = 1L, Minimum = 1, Maximum = 1_000_000 },
        new("lr", ValueKind.Number, "The learning rate where the schedule begins, such as the peak of the cosine.") { Default = 5e-4, Minimum = LeastLearningRate },
        new("lr_scale", ValueKind.Text, "Whether lr is stated for a step of 512 images and grows with the images of a step, batch_size times grad_accum_steps (linear, as DeiT's is), or is taken as it is.") { Default = "none", Choices = ["none", "linear"] },
        new("sched", ValueKind.Text, "How the learning rate falls: along a cosine, at every decay_epochs (step), at the decay_milestones (multistep), where the accuracy stops growing (plateau), or not at all.") { Default = "cosine", Choices = ["cosine", "step", "multistep", "plateau", "constant"] },
        new("decay_epochs", ValueKind.Integer, "Epochs from one decay to the next, where sched is step.") { Default = 30L, Minimum = 1, Maximum = 1_000_000 },
        new("decay_milestones", ValueKind.Integers, "The epochs, from 1, at which the learning rate decays, where sched is multistep.") { Minimum = 1, Maximum = 1_000_000 },
        new("decay_rate", ValueKind.Number, "What a decay multiplies the learning rate by.") { Default = 0.1, Minimum = LeastShare, Maximum = 1 },
        new("patience_epochs", ValueKind.Integer, "Evaluations without a better accuracy that are borne before the learning rate decays, where sched is plateau.") { Default = 10L, Minimum = 0, Maximum = 1_000_000 },
        new("warmup_epochs", ValueKind.Integer, "Epochs in which the learning rate rises to the schedule.") { Default = 5L, Minimum = 0, Maximum = 1_000_000 },
        new("warmup_lr", ValueKind.Number, "The learning rate of the first epoch of the warmup.") { Default = 1e-6, Minimum = 0 },
        new("warmup_prefix", ValueKind.Boolean, "Whether the epochs of the warmup come before the others; otherwise they are the first of them.") { Default = false },
        new("cooldown_epochs", ValueKind.Integer, "Epochs after the others: a cosine stays at min_lr, other schedules go on as they were.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 },
        new("min_lr", ValueKind.Number, "The least learning rate, at which the cosine ends.") { Default = 1e-5, Minimum = 0 },
        new("weight_decay", ValueKind.Number, "AdamW's weight decay; biases, normalisations, tokens and position embeddings have none.") { Default = 0.05, Minimum = 0 },
        new("layer_decay", ValueKind.Number, "What the learning rate of a layer is multiplied by to give that of the layer before it; 1 for one learning rate.") { Default = 1.0, Minimum = LeastShare, Maximum = 1 },
        new("freeze", ValueKind.Texts, "Parameters that are not trained, by their names or those of the modules they are in: [patch_embed, blocks.0]."),
        new("attention_only", ValueKind.Boolean, "Whether nothing is trained but attention, position embeddings and heads, as DeiT III fine-tunes.") { Default = false },
        new("train_mode", ValueKind.Boolean, "Whether the model is in training mode while it is trained; otherwise no block is dropped and batch norms keep their statistics, which takes the readable forward pass.") { Default = true },
        new("loss", ValueKind.Text, "What the class head is trained by: the cross entropy of the classes, or a binary one for every class (bce), whose targets are 1 above bce_threshold and 0 below.") { Default = "cross_entropy", Choices = ["cross_entropy", "bce"] },
        new("bce_threshold", ValueKind.Number, "The target above which a class counts as being in the image, where loss is bce; it takes smoothing 0, where it is 0.") { Default = 0.0, Minimum = 0, Maximum = AlmostOne },
        new("smoothing", ValueKind.Number, "Label smoothing: the share of the targets that is spread over all classes.") { Default = 0.1, Minimum = 0, Maximum = 1 },
        new("mixup", ValueKind.Number, "Mixup's alpha; 0 blends no images.") { Default = 0.0, Minimum = 0 },
        new("cutmix", ValueKind.Number, "CutMix's alpha; 0 pastes no boxes.") { Default = 0.0, Minimum = 0 },
        new("mixup_prob", ValueKind.Number, "The probability that a batch is mixed, where mixup or cutmix is on.") { Default = 1.0, Minimum = 0, Maximum = 1 },
        new("mixup_switch_prob", ValueKind.Number, "The probability of CutMix rather than mixup, where both are on.") { Default = 0.5, Minimum = 0, Maximum = 1 },
        new("mixup_mode", ValueKind.Text, "What draws its own mixing: a batch, a pair of its images, or every image (elem).") { Default = "batch", Choices = ["batch", "pair", "elem"] },
        new("cutmix_minmax", ValueKind.Numbers, "The least and the greatest share of height and width of CutMix's box, [0.2, 0.8], in place of what alpha draws.") { Minimum = 0, Maximum = 1 },
        new("mixup_off_epoch", ValueKind.Integer, "The epoch from which on no images are mixed; 0 for none.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 },
        new("drop_path", ValueKind.Number, "The stochastic-depth rate of the last block; not stated, the one that the model declares.") { Minimum = 0, Maximum = AlmostOne },
        new("ema_decay", ValueKind.Number, "The decay of the moving average of the weights; 0 keeps no average.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("ema_warmup", ValueKind.Boolean, "Whether the moving average begins short and grows to its length.") { Default = false },
        new("clip_grad", ValueKind.Number, "The limit of the gradients that clip_mode speaks of; 0 clips nothing.") { Default = 0.0, Minimum = 0 },
        new("clip_mode", ValueKind.Text, "What clip_grad limits: the norm of all gradients together, the magnitude of each value, or the norm of each unit's gradient as a share of that of its weights (agc, heads left out).") { Default = "norm", Choices = ["norm", "value", "agc"] },
        new("beta1", ValueKind.Number, "AdamW's decay of the mean of the gradients.") { Default = 0.9, Minimum = 0, Maximum = AlmostOne },
        new("beta2", ValueKind.Number, "AdamW's decay of the mean of the squared gradients.") { Default = 0.999, Minimum = 0, Maximum = AlmostOne },
        new("eps", ValueKind.Number, "What AdamW adds to the divisor.") { Default = 1e-8, Minimum = 0 },
        new("patience", ValueKind.Integer, "Evaluations without a better accuracy after which the training ends; 0 goes on to the last epoch.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 },
        new("eval_every", ValueKind.Integer, "Epochs from one evaluation to the next; the first and the last epoch are evaluated always.") { Default = 1L, Minimum = 1, Maximum = 1_000_000 },
        new("on_nonfinite", ValueKind.Text, "What becomes of a step whose loss or gradients are not finite, or whose loss has exploded: the run stops, the step is skipped, or the model goes back to the beginning of the epoch and on with the batches after the step (rollback). A validation loss that is not finite counts as the last step of its epoch, and cannot be skipped.") { Default = "stop", Choices = ["stop", "skip", "rollback"] },
        new("explosion_factor", ValueKind.Number, "How many times the loss of guessing, or the mean loss of the epoch before where that is more, a loss must exceed to count as exploded; 0 for never.") { Default = 100.0, Minimum = 0 },
    ];

    /// <summary>The keys of a recipe.</summary>
    public static Schema Recipe { get; } = new("a recipe",
    [
        new("name", ValueKind.Text, "What to call the recipe; run folders are named by it.") { Required = true },
        new("description", ValueKind.Text, "What the recipe is for."),
        new("seed", ValueKind.Integer, "What all randomness is drawn from: the same seed gives the same numbers.") { Default = 0L },
        new("fused", ValueKind.Boolean, "Whether models are trained by the code that the compiler wrote for it; otherwise by their readable forward pass and autograd, more slowly.") { Default = true },
        new("tf32", ValueKind.Boolean, "Whether CUDA may round what float32 matrix products and convolutions multiply to TF32: faster where there is such a GPU, and less exact. It changes nothing on a CPU.") { Default = false },
        new("data", ValueKind.Table, "The images to train on and to judge by.") { Table = Data() },
        new("augmentation", ValueKind.Table, "How training images are cut, mirrored, changed and covered.") { Table = Augmentation() },
        new("teacher", ValueKind.Table, "The model that the student learns from.") { Table = Teacher() },
        new("student", ValueKind.Table, "The model to train.") { Table = Student(), Required = true },
        new("distillation", ValueKind.Table, "How the student learns from the teacher.") { Table = Distillation() },
        new("checkpoints", ValueKind.Table, "When the run is saved, beside the end of every epoch; it changes no number.") { Table = Checkpoints() },
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
        new("crop_pct", ValueKind.Number, "The part of the shorter side that the centre crop keeps, where a model is judged: timm's --crop-pct, and --eval-crop-ratio of facebookresearch/deit.") { Default = 1.0, Minimum = 0.01, Maximum = 1 },
        new("validation", ValueKind.Number, "The share of every class that the model is judged by, where the images are not divided; not stated, they must be.") { Minimum = LeastShare, Maximum = AlmostOne },
        new("class_map", ValueKind.Text, "A file that names the classes in the order of the logits, one a line, such as the classes.txt of a run; not stated, they are in the order of their names."),
        new("workers", ValueKind.Integer, "Threads that read images; it changes nothing but time.") { Default = 2L, Minimum = 1, Maximum = 1024 },
        new("prefetch", ValueKind.Integer, "Batches that may wait to be trained on; it changes nothing but time and memory.") { Default = 2L, Minimum = 1, Maximum = 1024 },
        new("fast_decode", ValueKind.Boolean, "Whether no more of a training image is decoded than its crop needs, and at a lower resolution where that is enough.") { Default = false },
        new("max_bad_images", ValueKind.Integer, "Images that may be unreadable: each is reported, and replaced by the next one.") { Default = 50L, Minimum = 0, Maximum = 1_000_000_000 },
    ]);

    private static Schema Augmentation() => new("the augmentation",
    [
        new("crop", ValueKind.Text, "How the part of a training image is found: none resizes the shorter side and cuts out the centre, random_resized resizes a part of random area and aspect, simple and padded cut a window out of the resized image with a border that reflects it or is black.")
        {
            Default = "none",
            Choices = ["none", "random_resized", "simple", "padded"],
        },
        new("crop_padding", ValueKind.Integer, "Pixels of border around the image, where the crop is simple or padded.") { Default = 4L, Minimum = 0, Maximum = 65_536 },
        new("scale", ValueKind.Numbers, "The least and the greatest share of the image's area that random_resized keeps; [0.08, 1] by default.") { Minimum = 1e-6, Maximum = 1 },
        new("ratio", ValueKind.Numbers, "The least and the greatest width to height of what random_resized keeps; [0.75, 1.3333] by default.") { Minimum = 1e-3, Maximum = 1e3 },
        new("interpolation", ValueKind.Text, "The filter of the crop, and of operators that turn, shear and move; random draws bilinear or bicubic for each.")
        {
            Default = "bicubic",
            Choices = ["nearest", "bilinear", "bicubic", "random"],
        },
        new("hflip", ValueKind.Number, "The probability that an image is mirrored, left for right.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("vflip", ValueKind.Number, "The probability that an image is mirrored, top for bottom.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("auto_augment", ValueKind.Text, "A policy as timm writes it: rand-m9-mstd0.5-inc1 (RandAugment), original, originalr, v0 or v0r (AutoAugment), 3a (3-Augment), augmix-m3-w3 (AugMix)."),
        new("color_jitter", ValueKind.Numbers, "How far brightness, contrast and saturation are moved, and hue where it is given: [0.3, 0.3, 0.3]; one number, [0.3], stands for the first three. As in timm, beside auto_augment it serves only with 3a, or with force_color_jitter.") { Minimum = 0, Maximum = 1e3 },
        new("color_jitter_prob", ValueKind.Number, "The probability that the colours of an image are moved.") { Default = 1.0, Minimum = 0, Maximum = 1 },
        new("force_color_jitter", ValueKind.Boolean, "Whether color_jitter serves beside any auto_augment.") { Default = false },
        new("grayscale_prob", ValueKind.Number, "The probability that an image becomes grey.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("gaussian_blur_prob", ValueKind.Number, "The probability that an image is blurred.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("random_erasing", ValueKind.Number, "The probability that rectangles of an image are covered.") { Default = 0.0, Minimum = 0, Maximum = 1 },
        new("random_erasing_mode", ValueKind.Text, "What covers them: the mean colour, one random colour, or a random colour for every pixel.")
        {
            Default = "const",
            Choices = ["const", "rand", "pixel"],
        },
        new("random_erasing_count", ValueKind.Integer, "The greatest number of rectangles.") { Default = 1L, Minimum = 1, Maximum = 100 },
        new("repeated", ValueKind.Integer, "Views of an image in one epoch, each with draws of its own; DeiT takes 3, of a third of the images an epoch.") { Default = 1L, Minimum = 1, Maximum = 65_536 },
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

    private static Schema Checkpoints() => new("the checkpoints",
    [
        new("minutes", ValueKind.Number, "Minutes after which the run is saved within an epoch; 0 for none.") { Default = 10.0, Minimum = 0 },
        new("steps", ValueKind.Integer, "Steps after which the run is saved within an epoch; 0 for none.") { Default = 0L, Minimum = 0, Maximum = 1_000_000_000 },
        new("keep_every", ValueKind.Integer, "Epochs of which every such one's checkpoint is kept for good, beside the last and the best; 0 for none.") { Default = 0L, Minimum = 0, Maximum = 1_000_000 },
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
        new("top_k", ValueKind.Integer, "How many of the teacher's greatest logits soft distillation takes as they are; the other classes share the rest of the distribution evenly, which is an approximation. 0 takes all.") { Default = 0L, Minimum = 0, Maximum = 1_000_000_000 },
        new("cache", ValueKind.Text, "The folder of the teacher's answers that 'deit teach' writes, relative to the recipe: the student is trained by them, to the same weights, and the teacher neither trained nor run."),
    ]);
}
