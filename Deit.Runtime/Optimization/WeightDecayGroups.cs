using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>Which parameters decay: timm's rule, which DeiT's recipes rely on.</summary>
public static class WeightDecayGroups
{
    /// <summary>
    /// Splits the parameters that require a gradient into <c>no_decay</c> (tensors of at most one dimension, biases, class
    /// and distillation tokens, position embeddings) and <c>decay</c> (the rest). A group without parameters is left out.
    /// </summary>
    /// <param name="model">The model, on the device it is trained on.</param>
    /// <param name="weightDecay">The decay of the second group; at least 0.</param>
    /// <exception cref="DeitException"><paramref name="weightDecay"/> is negative or not finite.</exception>
    public static IReadOnlyList<ParameterGroup> Create(nn.Module model, double weightDecay)
    {
        Check.Value("Weight decay", weightDecay, double.IsFinite(weightDecay) && weightDecay >= 0, "at least 0");
        ILookup<bool, (string, Parameter)> byDecay = model.named_parameters()
            .Where(static entry => entry.parameter.requires_grad)
            .ToLookup(static entry => Decays(entry.name, entry.parameter));
        ParameterGroup[] groups =
        [
            new("no_decay", [.. byDecay[false]], 0),
            new("decay", [.. byDecay[true]], weightDecay),
        ];
        return [.. groups.Where(static group => group.Parameters.Count > 0)];
    }

    private static bool Decays(string name, Parameter parameter) =>
        parameter.dim() > 1
        && name[(name.LastIndexOf('.') + 1)..] is not ("bias" or "cls_token" or "dist_token" or "pos_embed");
}
