using System.Collections.Immutable;

namespace Deit;

/// <summary>What the compiler found out about a model.</summary>
public sealed record ModelDescription
{
    /// <summary>The model's name, as in timm.</summary>
    public required string Name { get; init; }

    /// <summary>The architecture family, such as <c>vision_transformer</c>.</summary>
    public required string Family { get; init; }

    /// <summary>Shape of the input without the batch: channels, height, width.</summary>
    public required ImmutableArray<int> Input { get; init; }

    /// <summary>Number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Whether the model has a distillation head.</summary>
    public required bool Distilled { get; init; }

    /// <summary>Number of trainable scalars.</summary>
    public required long Parameters { get; init; }

    /// <summary>
    /// Multiply-accumulate operations an image takes: convolutions and matrix products, both products of attention included.
    /// </summary>
    public required long Macs { get; init; }

    /// <summary>The memory of the generated training step; null of a model that is trained on its reference path alone.</summary>
    public TrainingPlan? TrainingPlan { get; init; }

    /// <summary>Bytes of the arena of a generated training step in float32; null where there is none.</summary>
    /// <param name="batch">Images of a step.</param>
    public long? TrainingBytes(long batch) => TrainingPlan is { } plan ? checked(sizeof(float) * plan.Elements(batch)) : null;

    /// <summary>Where the model was published; null where nowhere.</summary>
    public string? Paper { get; init; }

    /// <summary>How its images are prepared.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Default;

    /// <summary>The weights that were published for it, the usual ones first.</summary>
    public ImmutableArray<PublishedWeights> PublishedWeights { get; init; } = [];

    /// <summary>Every layer in the order of its execution.</summary>
    public required ImmutableArray<LayerDescription> Layers { get; init; }
}

/// <summary>One layer of a <see cref="ModelDescription"/>.</summary>
/// <param name="Name">Its place in the module tree, the prefix of its parameters' names: <c>blocks.3.attn.qkv</c>.</param>
/// <param name="Kind">The operator, such as <c>Linear</c>.</param>
/// <param name="Output">Shape of its output without the batch.</param>
/// <param name="Parameters">Number of its trainable scalars.</param>
/// <param name="Macs">Multiply-accumulate operations an image takes.</param>
public sealed record LayerDescription(string Name, string Kind, ImmutableArray<int> Output, long Parameters, long Macs);
