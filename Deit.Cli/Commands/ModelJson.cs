using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Deit.Cli.Commands;

/// <summary>A model as <c>list --json</c> shows it.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Family">The architecture family.</param>
/// <param name="DeclaredIn">The file that declares it.</param>
/// <param name="Parameters">Number of trainable scalars.</param>
/// <param name="Macs">Multiply-accumulate operations an image.</param>
/// <param name="Input">Shape of the input without the batch.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Distilled">Whether it has a distillation head.</param>
/// <param name="Paper">The address of its paper.</param>
/// <param name="Top1">The published top-1 accuracy of its usual weights, in per cent.</param>
internal record ModelJson(
    string Name, string Family, string DeclaredIn, long Parameters, long Macs, ImmutableArray<int> Input, int Classes, bool Distilled, string? Paper, double? Top1)
{
    /// <summary>The model without its layers.</summary>
    public static ModelJson Of(ModelDescription description, string declaredIn) => new(
        description.Name, description.Family, declaredIn, description.Parameters, description.Macs, description.Input, description.Classes, description.Distilled,
        description.Paper, description.PublishedWeights.FirstOrDefault()?.Top1);
}

/// <summary>A model as <c>describe --json</c> shows it: with its layers, after everything else.</summary>
internal sealed record DescribedModelJson : ModelJson
{
    /// <summary>The model with all that is known of it.</summary>
    /// <param name="description">What the compiler knows of the model.</param>
    /// <param name="declaredIn">The file that declares it.</param>
    /// <param name="batch">Images of the training step whose memory is stated.</param>
    public DescribedModelJson(ModelDescription description, string declaredIn, int batch)
        : base(Of(description, declaredIn))
    {
        (Preprocessing, Weights, Layers) = (description.Preprocessing, description.PublishedWeights, description.Layers);
        (Batch, TrainingBytes) = (batch, description.TrainingBytes(batch));
        Precision = description.TrainingPlan is { } plan ? plan.BFloat16.IsEmpty ? "float32" : "bf16" : null;
    }

    /// <summary>Images of the training step that <see cref="TrainingBytes"/> speaks of.</summary>
    [JsonPropertyOrder(1)]
    public int Batch { get; }

    /// <summary>Bytes of the arena of a generated training step; null of a model without one.</summary>
    [JsonPropertyOrder(1)]
    public long? TrainingBytes { get; }

    /// <summary>In which arithmetic that step multiplies matrices, as declarations name it; null of a model without one.</summary>
    [JsonPropertyOrder(1)]
    public string? Precision { get; }

    /// <summary>How its images are prepared.</summary>
    [JsonPropertyOrder(1)]
    public Preprocessing Preprocessing { get; }

    /// <summary>The weights that were published for it, the usual ones first.</summary>
    [JsonPropertyOrder(1)]
    public ImmutableArray<PublishedWeights> Weights { get; }

    /// <summary>The layers in the order of their execution.</summary>
    [JsonPropertyOrder(2)]
    public ImmutableArray<LayerDescription> Layers { get; }
}
