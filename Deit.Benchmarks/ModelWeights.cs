using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>Weights to compare models by.</summary>
internal static class ModelWeights
{
    private const double Share = 0.05;

    /// <summary>
    /// Adds noise to fresh weights, which hide faults: scales of 0 switch residual branches off, and small heads give every class the
    /// same logit.
    /// </summary>
    public static void Perturb(nn.Module model)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach (Tensor parameter in model.parameters()) parameter.add_(randn_like(parameter, device: CPU), alpha: Share);
    }
}
