using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>Finds where a forward pass stops being made of numbers, by the model's readable layers, each watched.</summary>
internal static class FirstNonFinite
{
    /// <summary>The innermost layer whose output is the first that is not finite.</summary>
    /// <param name="model">The model; its weights stay as they are, batch norms in training take the pass into their statistics.</param>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    /// <returns>
    /// The layer's name, and whether its own weights are at fault; <c>the images</c>, where they are not finite themselves; null where
    /// every output is finite, and it is the loss alone that is not.
    /// </returns>
    public static string? Find(IVisionModel model, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        if (!IsFinite(images)) return "the images";
        string? found = null;
        var unhook = new List<Action>();
        try
        {
            foreach ((string name, nn.Module module) in model.Module.named_modules())
            {
                if (module is not nn.Module<Tensor, Tensor> layer) continue;
                unhook.Add(layer.register_forward_hook((_, _, output) =>
                {
                    // Layers end before those that they are in.
                    if (found is null && !IsFinite(output)) found = Describe(name, module);
                    return output;
                }).remove);
            }

            model.Predict(images);
            return found;
        }
        finally
        {
            foreach (Action remove in unhook) remove();
        }
    }

    private static string Describe(string name, nn.Module module)
    {
        string[] weights = [.. module.named_parameters(recurse: false).Where(static entry => !IsFinite(entry.parameter)).Select(static entry => entry.name)];
        return weights.Length == 0 ? name : $"{name}, whose {string.Join(" and ", weights)} had stopped being finite before";
    }

    private static bool IsFinite(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.isfinite().all().item<bool>();
    }
}
