using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>An architecture family: the keys that describe one of its models, and the graph they make.</summary>
public abstract class Family
{
    /// <summary>All families, in the order of their names.</summary>
    public static ImmutableArray<Family> All { get; } = [new RegNet(), new VisionTransformer()];

    /// <summary>Its name in YAML.</summary>
    public abstract string Name { get; }

    /// <summary>The full name of the attribute that declares one of its models.</summary>
    public abstract string AttributeName { get; }

    /// <summary>The keys of its models, those that every model has not included.</summary>
    public abstract ImmutableArray<Key> Keys { get; }

    /// <summary>The keys of a YAML file that declares one of its models.</summary>
    public Schema Schema => new($"a {Name} model", [.. ModelKeys.All, .. Keys]);

    /// <summary>The family of that name, or null.</summary>
    public static Family? Find(string name) => All.FirstOrDefault(family => family.Name == name);

    /// <summary>What contradicts itself in <paramref name="spec"/>; a graph is built only where nothing does.</summary>
    internal abstract IEnumerable<SpecFinding> Check(SpecTable spec);

    /// <summary>Builds the graph.</summary>
    /// <exception cref="GraphException">The values do not make a graph.</exception>
    internal abstract Architecture Build(SpecTable spec, string className);
}

/// <summary>A model's graph and what its use depends on.</summary>
/// <param name="Root">The graph.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Distilled">Whether it has a distillation head, and so a second output.</param>
/// <param name="DropPath">The declared rate of stochastic depth of the last block.</param>
/// <param name="DropPathSteps">The number of steps in which that rate is reached from 0, one a block.</param>
internal sealed record Architecture(Block Root, int Classes, bool Distilled, double DropPath, int DropPathSteps);

/// <summary>The keys that every model has.</summary>
internal static class ModelKeys
{
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

    /// <summary>The model's name.</summary>
    public static readonly Key Name = new("name", ValueKind.Text, "The model's name, as in timm: lower-case words joined by underscores.") { Required = true };

    /// <summary>The keys that say what a file declares rather than what the model is.</summary>
    public static readonly ImmutableArray<Key> All =
    [
        Name,
        new("family", ValueKind.Text, "The architecture family.") { Required = true, Choices = ["regnet", "vision_transformer"] },
        new("class", ValueKind.Text, "The name of the generated class; by default the model's name in Pascal case."),
        new("description", ValueKind.Text, "What the model is, in a sentence: the documentation of the generated class."),
    ];
}
