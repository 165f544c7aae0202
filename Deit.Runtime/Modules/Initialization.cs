using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Modules;

/// <summary>First values of parameters, written in place, outside autograd, drawn from torch's global generator.</summary>
public static class Initialization
{
    private const double Cut = 2;

    /// <summary>
    /// The normal distribution of mean 0 cut at -2 and 2, as timm initialises transformers. The cut is absolute: at the
    /// usual deviation of 0.02 it lies a hundred deviations away and changes nothing.
    /// </summary>
    /// <remarks>
    /// Values beyond the cut are drawn again. The usual inversion of a uniform float32 variable would turn its end point, met
    /// once in 2^24 draws, into an infinity that the cut then makes a weight of 2.
    /// </remarks>
    /// <param name="parameter">What to fill; any shape.</param>
    /// <param name="standardDeviation">The deviation before the cut.</param>
    public static void TruncatedNormal(Tensor parameter, double standardDeviation)
    {
        using IDisposable noGradient = no_grad();
        parameter.normal_(0, standardDeviation);
        while (RedrawBeyondCut(parameter, standardDeviation))
        {
        }
    }

    /// <summary>
    /// He's normal distribution for the backward pass (arXiv 1502.01852, section 2.2): deviation <c>sqrt(2 / fan_out)</c>,
    /// <c>fan_out = kernel height * kernel width * output channels / groups</c>.
    /// </summary>
    /// <param name="convolutionWeight">Shape (output channels, input channels / groups, kernel height, kernel width).</param>
    /// <param name="groups">The groups of the convolution.</param>
    public static void FanOutNormal(Tensor convolutionWeight, int groups)
    {
        long[] shape = convolutionWeight.shape;
        Normal(convolutionWeight, Math.Sqrt(2.0 * groups / (shape[0] * shape[2] * shape[3])));
    }

    /// <summary>The normal distribution of mean 0.</summary>
    /// <param name="parameter">What to fill; any shape.</param>
    /// <param name="standardDeviation">Its deviation.</param>
    public static void Normal(Tensor parameter, double standardDeviation)
    {
        using IDisposable noGradient = no_grad();
        parameter.normal_(0, standardDeviation);
    }

    /// <summary>The uniform distribution of mean 0.</summary>
    /// <param name="parameter">What to fill; any shape.</param>
    /// <param name="bound">Where it ends, on both sides.</param>
    public static void Uniform(Tensor parameter, double bound)
    {
        using IDisposable noGradient = no_grad();
        parameter.uniform_(-bound, bound);
    }

    /// <summary>Zero everywhere.</summary>
    /// <param name="parameter">What to fill; any shape.</param>
    public static void Zero(Tensor parameter)
    {
        using IDisposable noGradient = no_grad();
        parameter.fill_(0);
    }

    /// <summary>One everywhere.</summary>
    /// <param name="parameter">What to fill; any shape.</param>
    public static void One(Tensor parameter)
    {
        using IDisposable noGradient = no_grad();
        parameter.fill_(1);
    }

    private static bool RedrawBeyondCut(Tensor parameter, double standardDeviation)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor beyond = parameter.abs().gt(Cut);
        if (!beyond.any().item<bool>())
        {
            return false;
        }

        Tensor drawnAgain = empty_like(parameter, device: parameter.device).normal_(0, standardDeviation);
        parameter.copy_(where(beyond, drawnAgain, parameter));
        return true;
    }
}
