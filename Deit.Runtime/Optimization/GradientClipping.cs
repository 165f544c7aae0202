using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>Keeps gradients from growing too long (Pascanu et al., arXiv 1211.5063).</summary>
public static class GradientClipping
{
    /// <summary>Keeps the division from zero; PyTorch's constant.</summary>
    internal const double Epsilon = 1e-6;

    /// <summary>
    /// Scales all gradients in place by one factor where their common Euclidean norm exceeds <paramref name="maximum"/>, as
    /// PyTorch's <c>clip_grad_norm_</c> does.
    /// </summary>
    /// <param name="parameters">The parameters, not their gradients, after a backward pass; those without gradient do not count.</param>
    /// <param name="maximum">The longest norm to leave as it is; greater than 0.</param>
    /// <returns>The norm before scaling. Where it is not finite the gradients are left as they are.</returns>
    /// <exception cref="ArgumentException">None of the tensors has a gradient.</exception>
    /// <exception cref="DeitException"><paramref name="maximum"/> is not greater than 0.</exception>
    public static double ByNorm(IEnumerable<Tensor> parameters, double maximum)
    {
        Check.Value("The gradient norm's maximum", maximum, maximum > 0, "greater than 0");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor[] gradients = [.. parameters.Select(static parameter => parameter.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
        {
            throw new ArgumentException(
                "None of these tensors has a gradient: pass parameters, after a backward pass.", nameof(parameters));
        }

        double norm = stack([.. gradients.Select(static gradient => gradient.norm())]).norm().to(ScalarType.Float64).item<double>();
        double factor = maximum / (norm + Epsilon);
        if (double.IsFinite(norm) && factor < 1)
        {
            using Scalar scalar = factor;
            foreach (Tensor gradient in gradients)
            {
                gradient.mul_(scalar);
            }
        }

        return norm;
    }
}
