using System;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Families;

namespace Deit.Compiler.Specs;

/// <summary>The keys that the models of every family have, or of several.</summary>
internal static class ModelKeys
{
    private const string WholeBatch = "batch";
    private const string BFloat16 = "bf16";

    /// <summary>The number of classes.</summary>
    public static readonly Key Classes = new("classes", ValueKind.Integer, "Number of classes.") { Default = 1000L, Minimum = 1, Maximum = 1_000_000 };

    /// <summary>Height and width of the images.</summary>
    public static readonly Key ImageSize = new("image_size", ValueKind.Integer, "Height and width of the images, in pixels.") { Default = 224L, Minimum = 1, Maximum = 16_384 };

    /// <summary>The images' channels.</summary>
    public static readonly Key Channels = new("channels", ValueKind.Integer, "Number of channels of the images.") { Default = 3L, Minimum = 1, Maximum = 1024 };

    /// <summary>Stochastic depth.</summary>
    public static readonly Key DropPath = new("drop_path", ValueKind.Number,
        "Stochastic depth: the probability to leave out the last block's branches while training; it rises linearly from 0 in the first block.")
    { Default = 0.0, Minimum = 0, Maximum = 0.99 };

    /// <summary>What stochastic depth leaves out a branch of.</summary>
    public static readonly Key DropPathMode = new("drop_path_mode", ValueKind.Text,
        "What stochastic depth leaves out a branch of: 'sample', each image by itself, as DeiT and timm do, or 'batch', all images of a step together (Huang et al., arXiv 1603.09382): the branch is not run then.")
    { Default = "sample", Choices = ["sample", WholeBatch] };

    /// <summary>Dropout before the classifier, under timm's name.</summary>
    public static readonly Key DropRate = new("drop_rate", ValueKind.Number, "Dropout: the probability to drop an element of what the classifier reads, while training.")
    { Default = 0.0, Minimum = 0, Maximum = 0.99 };

    /// <summary>The arithmetic of training.</summary>
    public static readonly Key Precision = new("precision", ValueKind.Text,
        "In which arithmetic generated training code multiplies matrices: 'float32', or 'bf16', on bfloat16 copies; weights, norms, softmax, the residual and gradients of parameters stay in float32.")
    { Default = "float32", Choices = ["float32", BFloat16] };

    /// <summary>How images are prepared, in timm's terms; the defaults are those of most weights that were published for ImageNet.</summary>
    public static readonly Schema Preprocessing = new("preprocessing",
    [
        new("crop_pct", ValueKind.Number, "The part of the shorter side that the centre crop keeps.") { Default = 0.875, Minimum = 0.01, Maximum = 1 },
        new("interpolation", ValueKind.Text, "The filter of the resize.") { Default = "bicubic", Choices = ["bicubic", "bilinear"] },
        new("mean", ValueKind.Numbers, "Mean of every channel, of values from 0 to 1; ImageNet's by default.") { Minimum = 0, Maximum = 1 },
        new("std", ValueKind.Numbers, "Standard deviation of every channel, of values from 0 to 1; ImageNet's by default.") { Minimum = 1e-6, Maximum = 1 },
    ]);

    /// <summary>What is known of published weights.</summary>
    public static readonly Schema Weights = new("published weights",
    [
        new("tag", ValueKind.Text, "What timm calls them; what one tag reaches with images of several sizes has an entry each.") { Required = true },
        new("url", ValueKind.Text, "The address of the file.") { Required = true },
        new("source", ValueKind.Text, "Where the figures are from.") { Required = true },
        new("top1", ValueKind.Number, "Top-1 accuracy on ImageNet-1k's validation set, in per cent.") { Minimum = 0, Maximum = 100 },
        new("top5", ValueKind.Number, "Top-5 accuracy, in per cent.") { Minimum = 0, Maximum = 100 },
        ImageSize with { Description = "Height and width of the images that were judged; the model's by default.", Default = null },
        .. Preprocessing.Keys.Select(static key => key with { Description = $"{key.Description.Split(';')[0].TrimEnd('.')}, where these weights differ.", Default = null }),
    ]);

    /// <summary>Whether a value of <see cref="DropPathMode"/> is the one that treats all images of a step alike.</summary>
    public static bool DropsWholeBatch(string mode) => mode == WholeBatch;

    /// <summary>What a model of these values states of <see cref="Precision"/>.</summary>
    public static Training.Precision PrecisionOf(SpecTable spec) => spec.Text(Precision.Name) == BFloat16 ? Training.Precision.BFloat16 : Training.Precision.Full;

    // Made when it is first asked for: the families, whose names are choices, state keys of this class.
    private static readonly Lazy<ImmutableArray<Key>> General = new(static () =>
    [
        new("name", ValueKind.Text, "The model's name, as in timm: lower-case words joined by underscores.") { Required = true },
        new("family", ValueKind.Text, "The architecture family; that of the base where there is one.") { Choices = [.. Family.All.Select(static family => family.Name)] },
        new("base", ValueKind.Text, "The model that this one derives from: what is not stated here is taken from there."),
        new("class", ValueKind.Text, "The name of the generated class; by default the model's name in Pascal case."),
        new("description", ValueKind.Text, "What the model is, in a sentence: the documentation of the generated class."),
        new("paper", ValueKind.Text, "Where the model was published: an arXiv number or an address."),
        new("preprocessing", ValueKind.Table, "How its images are prepared.") { Table = Preprocessing },
        new("weights", ValueKind.Tables, "Weights that were published for it, the usual ones first; a derived model has none of its base's.") { Items = [Weights] },
        new("max_parameters", ValueKind.Integer, "The most parameters that the model may have; one more is an error.") { Minimum = 1 },
        new("max_macs", ValueKind.Integer, "The most multiply-accumulate operations that an image may take; one more is an error.") { Minimum = 1 },
        new("max_training_bytes", ValueKind.Text, "The most memory that the values of a generated training step may take, such as '6 GiB'; more is an error."),
        new("batch", ValueKind.Integer, "The images of the step that 'max_training_bytes' speaks of.") { Default = 128L, Minimum = 1, Maximum = 1_000_000 },
        new("checkpoint_every", ValueKind.Integer,
            "Activation checkpointing: of so many residual blocks in a row, a training step keeps the input alone and runs them again before it differentiates them; 0 for none.")
        { Default = 0L, Minimum = 0, Maximum = 1_000_000 },
        new("teacher", ValueKind.Text, "The model that this one is to be distilled from; that both fit is checked."),
    ]);

    /// <summary>The keys that say what a file declares, under which conditions, and what is known of it, rather than what the model is.</summary>
    public static ImmutableArray<Key> All => General.Value;
}
