using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>What a forward pass tells of a step that failed.</summary>
/// <param name="FirstNonFinite">
/// The innermost layer whose output is the first that is not finite, and whether its own weights are at fault; <c>the images</c>, where they
/// are not finite themselves; null where every output is finite.
/// </param>
/// <param name="Growth">Where every output is finite: the layer whose output grew the most over its input, and both magnitudes.</param>
internal readonly record struct LayerFinding(string? FirstNonFinite, string? Growth);

/// <summary>Watches every layer of a model's readable forward pass: where it stops being made of numbers, and where numbers grow.</summary>
internal sealed class LayerOutputs
{
    private string? _nonFinite;
    private string? _growth;
    private double _greatest;

    private LayerOutputs()
    {
    }

    /// <summary>Passes images through a model.</summary>
    /// <param name="model">The model; its weights stay as they are, batch norms in training take the pass into their statistics.</param>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    public static LayerFinding Watch(IVisionModel model, Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return IsFinite(images) ? new LayerOutputs().Pass(model, images) : new("the images", null);
    }

    /// <summary>Whether a tensor is made of numbers.</summary>
    public static bool IsFinite(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.isfinite().all().item<bool>();
    }

    private LayerFinding Pass(IVisionModel model, Tensor images)
    {
        var unhook = new List<Action>();
        try
        {
            foreach ((string name, nn.Module module) in model.Module.named_modules())
            {
                if (module is not nn.Module<Tensor, Tensor> layer) continue;
                unhook.Add(layer.register_forward_hook((_, input, output) =>
                {
                    See(name, module, input, output);
                    return output;
                }).remove);
            }

            model.Predict(images);
            return new(_nonFinite, _nonFinite is null ? _growth : null);
        }
        finally
        {
            foreach (Action remove in unhook) remove();
        }
    }

    /// <summary>Layers end before those that they are in: of equals, the innermost is found.</summary>
    private void See(string name, nn.Module module, Tensor input, Tensor output)
    {
        if (_nonFinite is not null) return;
        if (!IsFinite(output))
        {
            _nonFinite = Describe(name, module);
            return;
        }

        // Magnitudes below 1 explode nothing: a normalisation that brings small numbers up to 1 has not grown them.
        (double before, double after) = (Magnitude(input), Magnitude(output));
        double growth = after / Math.Max(before, 1);
        if (growth <= _greatest) return;
        _greatest = growth;
        _growth = FormattableString.Invariant($"{name} (up to {after:G4}, from inputs up to {before:G4})");
    }

    private static string Describe(string name, nn.Module module)
    {
        string[] weights = [.. module.named_parameters(recurse: false).Where(static entry => !IsFinite(entry.parameter)).Select(static entry => entry.name)];
        return weights.Length == 0 ? name : $"{name}, whose {string.Join(" and ", weights)} had stopped being finite before";
    }

    private static double Magnitude(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.numel() == 0 ? 0 : tensor.abs().max().to(ScalarType.Float64).item<double>();
    }
}
