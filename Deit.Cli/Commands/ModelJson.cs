using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Deit.Cli.Commands;

/// <summary>A model as <c>list --json</c> shows it.</summary>
internal record ModelJson(string Name, string Family, string DeclaredIn, long Parameters, long Macs, ImmutableArray<int> Input, int Classes, bool Distilled)
{
    /// <summary>The model without its layers.</summary>
    public static ModelJson Of(ModelDescription description, string declaredIn) => new(
        description.Name, description.Family, declaredIn, description.Parameters, description.Macs, description.Input, description.Classes, description.Distilled);
}

/// <summary>A model as <c>describe --json</c> shows it: with its layers, after everything else.</summary>
internal sealed record DescribedModelJson : ModelJson
{
    /// <summary>The model with its layers.</summary>
    public DescribedModelJson(ModelDescription description, string declaredIn)
        : base(Of(description, declaredIn)) => Layers = description.Layers;

    /// <summary>The layers in the order of their execution.</summary>
    [JsonPropertyOrder(1)]
    public ImmutableArray<LayerDescription> Layers { get; }
}
