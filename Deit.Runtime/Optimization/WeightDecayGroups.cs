using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>Which parameters decay: timm's rule, which DeiT's recipes rely on.</summary>
public static class WeightDecayGroups
{
    /// <summary>
    /// Splits the parameters that require a gradient into <c>no_decay</c> (tensors of at most one dimension, biases, class
    /// and distillation tokens, position embeddings) and <c>decay</c> (the rest). With a layer decay every layer has such groups of
    /// its own, <c>layer_3_decay</c>. A group without parameters is left out.
    /// </summary>
    /// <param name="model">The model, on the device it is trained on.</param>
    /// <param name="weightDecay">The decay of the second group; at least 0.</param>
    /// <param name="layerDecay">The decay of the learning rate from a layer to the one before it (<see cref="LayerDecay"/>); 1 for none.</param>
    /// <exception cref="DeitException">A decay is out of range, or the model has no layers to decay by.</exception>
    public static IReadOnlyList<ParameterGroup> Create(nn.Module model, double weightDecay, double layerDecay = 1)
    {
        Check.Value("Weight decay", weightDecay, double.IsFinite(weightDecay) && weightDecay >= 0, "at least 0");
        (string Name, Parameter Parameter)[] all = [.. model.named_parameters()];
        (string Name, Parameter Parameter)[] trained = [.. all.Where(static entry => entry.Parameter.requires_grad)];
        if (layerDecay == 1) return Split(trained, "", weightDecay, scale: 1);

        string[] names = [.. all.Select(static entry => entry.Name)];
        IReadOnlyDictionary<string, double> scales = LayerDecay.Scales(names, layerDecay);
        IReadOnlyDictionary<string, int> layers = LayerDecay.Layers(names);
        return
        [
            .. trained.GroupBy(entry => layers[entry.Name]).OrderBy(static layer => layer.Key)
                .SelectMany(layer => Split([.. layer], FormattableString.Invariant($"layer_{layer.Key}_"), weightDecay, scales[layer.First().Name])),
        ];
    }

    private static IReadOnlyList<ParameterGroup> Split((string Name, Parameter Parameter)[] parameters, string prefix, double weightDecay, double scale)
    {
        ILookup<bool, (string, Parameter)> byDecay = parameters.ToLookup(static entry => Decays(entry.Name, entry.Parameter));
        ParameterGroup[] groups =
        [
            new($"{prefix}no_decay", [.. byDecay[false]], 0, scale),
            new($"{prefix}decay", [.. byDecay[true]], weightDecay, scale),
        ];
        return [.. groups.Where(static group => group.Parameters.Count > 0)];
    }

    private static bool Decays(string name, Parameter parameter) =>
        parameter.dim() > 1
        && name[(name.LastIndexOf('.') + 1)..] is not ("bias" or "cls_token" or "dist_token" or "pos_embed");
}
