using System.Collections.Immutable;

namespace Deit.Interchange;

/// <summary>The modules of a model that give its logits.</summary>
internal static class ModelHeads
{
    /// <summary>Their names, the class head first: the last linear layers with an output for every class.</summary>
    public static ImmutableArray<string> Of(ModelDescription model) =>
    [
        .. model.Layers
            .Where(layer => layer.Kind == "Linear" && layer.Output.AsSpan().SequenceEqual([model.Classes]))
            .TakeLast(model.Distilled ? 2 : 1)
            .Select(static layer => layer.Name),
    ];
}
