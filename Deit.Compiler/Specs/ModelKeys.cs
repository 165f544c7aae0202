using System.Collections.Immutable;

namespace Deit.Compiler.Specs;

/// <summary>The keys that the models of every family have, or of several.</summary>
internal static class ModelKeys
{
    /// <summary>The keys that say what a file declares, and under which conditions, rather than what the model is.</summary>
    public static readonly ImmutableArray<Key> All =
    [
        new("name", ValueKind.Text, "The model's name, as in timm: lower-case words joined by underscores.") { Required = true },
        new("family", ValueKind.Text, "The architecture family; that of the base where there is one.") { Choices = ["graph", "regnet", "vision_transformer"] },
        new("base", ValueKind.Text, "The model that this one derives from: what is not stated here is taken from there."),
        new("class", ValueKind.Text, "The name of the generated class; by default the model's name in Pascal case."),
        new("description", ValueKind.Text, "What the model is, in a sentence: the documentation of the generated class."),
        new("max_parameters", ValueKind.Integer, "The most parameters that the model may have; one more is an error.") { Minimum = 1 },
        new("max_macs", ValueKind.Integer, "The most multiply-accumulate operations that an image may take; one more is an error.") { Minimum = 1 },
        new("teacher", ValueKind.Text, "The model that this one is to be distilled from; that both fit is checked."),
    ];

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
}
