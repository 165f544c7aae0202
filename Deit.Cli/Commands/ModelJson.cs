using System.Collections.Immutable;

namespace Deit.Cli.Commands;

/// <summary>A model as <c>list --json</c> shows it.</summary>
internal record ModelJson(string Name, string Family, string DeclaredIn, long Parameters, long Macs, ImmutableArray<int> Input, int Classes, bool Distilled)
{
    /// <summary>The model without its layers.</summary>
    public static ModelJson Of(RegisteredModelAttribute model)
    {
        ModelDescription description = model.Description;
        return new(
            description.Name, description.Family, model.DeclaredIn, description.Parameters, description.Macs, description.Input, description.Classes, description.Distilled);
    }
}

/// <summary>A model as <c>describe --json</c> shows it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Layers">Its layers in the order of their execution.</param>
internal sealed record DescribedModelJson(ModelJson Model, ImmutableArray<LayerDescription> Layers) : ModelJson(Model);
