using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>Keeps gradients from growing too long.</summary>
public static class GradientClipping
{
    /// <summary>Keeps the division from zero; PyTorch's constant.</summary>
    internal const double Epsilon = 1e-6;

    /// <summary>What weights are taken for at least, so that those that begin at zero can move; the paper's constant.</summary>
    private const double LeastWeightNorm = 1e-3;

    /// <summary>
    /// Scales all gradients in place by one factor where their common Euclidean norm exceeds <paramref name="maximum"/>, as
    /// PyTorch's <c>clip_grad_norm_</c> does (Pascanu et al., arXiv 1211.5063).
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

    /// <summary>Brings every element of the gradients between -<paramref name="maximum"/> and <paramref name="maximum"/>, as PyTorch's <c>clip_grad_value_</c> does.</summary>
    /// <param name="parameters">The parameters, not their gradients; those without gradient do not count.</param>
    /// <param name="maximum">The greatest magnitude; greater than 0.</param>
    /// <exception cref="DeitException"><paramref name="maximum"/> is not greater than 0.</exception>
    public static void ByValue(IEnumerable<Tensor> parameters, double maximum)
    {
        Check.Value("The gradient's maximum", maximum, maximum > 0, "greater than 0");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using Scalar least = -maximum;
        using Scalar greatest = maximum;
        foreach (Tensor gradient in parameters.Select(static parameter => parameter.grad).OfType<Tensor>())
        {
            gradient.clamp_(least, greatest);
        }
    }

    /// <summary>
    /// Scales the gradient of every unit whose norm exceeds a share of the norm of the unit's own weights (adaptive gradient clipping:
    /// Brock et al., arXiv 2102.06171, equation 3), as timm does. A unit is a row of a matrix, an output channel of a convolution, or a
    /// whole tensor of one dimension.
    /// </summary>
    /// <remarks>The paper leaves the last linear layer out; so should who calls.</remarks>
    /// <param name="parameters">The parameters, not their gradients; those without gradient do not count.</param>
    /// <param name="factor">The greatest share; greater than 0.</param>
    /// <exception cref="DeitException"><paramref name="factor"/> is not greater than 0.</exception>
    public static void Adaptively(IEnumerable<Tensor> parameters, double factor)
    {
        Check.Value("The gradient's share of its weights", factor, factor > 0, "greater than 0");
        using IDisposable noGradient = no_grad();
        foreach (Tensor parameter in parameters)
        {
            using DisposeScope scope = NewDisposeScope();
            if (parameter.grad is not { } gradient) continue;
            Tensor longest = UnitNorms(parameter).clamp_min(LeastWeightNorm) * factor;
            Tensor norms = UnitNorms(gradient);
            gradient.copy_(where(norms < longest, gradient, gradient * (longest / norms.clamp_min(Epsilon))));
        }
    }

    /// <summary>The norm of every unit, of a shape that spreads over the tensor.</summary>
    private static Tensor UnitNorms(Tensor tensor) => tensor.dim() <= 1
        ? tensor.norm()
        : tensor.flatten(1).norm(1).view([tensor.shape[0], .. Enumerable.Repeat(1L, (int)tensor.dim() - 1)]);
}
