using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Batch normalisation with what follows it.</content>
public static partial class Fused
{
    /// <summary>PyTorch's constants, which all published models train with.</summary>
    private const double BatchNormEpsilon = 1e-5;
    private const double BatchNormMomentum = 0.1;

    /// <summary>
    /// y = activation((x - mean) / sqrt(variance + 1e-5) * weight + bias [+ residual]) with the statistics of each column over the
    /// whole batch (Ioffe and Szegedy, arXiv 1502.03167); moves the running statistics a tenth of the way, the variance unbiased.
    /// </summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="weight">1 x columns.</param>
    /// <param name="bias">1 x columns.</param>
    /// <param name="runningMean">1 x columns, updated.</param>
    /// <param name="runningVariance">1 x columns, updated.</param>
    /// <param name="batches">1 x 1, int64: counted up.</param>
    /// <param name="y">As x; may be <paramref name="residual"/>.</param>
    /// <param name="mean">1 x columns.</param>
    /// <param name="inverseDeviation">1 x columns: 1 / sqrt(variance + 1e-5).</param>
    /// <param name="residual">As x: the shortcut.</param>
    /// <param name="activation">What is applied last.</param>
    public static void BatchNorm(
        Matrix x, Matrix weight, Matrix bias, Matrix runningMean, Matrix runningVariance, Matrix batches, Matrix y, Matrix mean, Matrix inverseDeviation,
        Matrix? residual = null, Activation activation = Activation.None)
    {
        Shapes.Same(x, y);
        foreach (Matrix row in (ReadOnlySpan<Matrix>)[weight, bias, runningMean, runningVariance, mean, inverseDeviation]) Shapes.RowOf(x, row);
        Shapes.Are(batches, 1, 1);
        if (residual is not null) Shapes.Same(x, residual);
        if (x.Rows < 2)
        {
            throw new ArgumentException("BatchNorm: a single row has no variance; train with more images or larger ones.", nameof(x));
        }

        if (x.OnHost)
        {
            BatchNormalization.Measure(x, mean, inverseDeviation, runningMean, runningVariance, BatchNormEpsilon, BatchNormMomentum);
            batches.CountUp();
            switch (activation)
            {
                case Activation.Relu:
                    BatchNormalization.Apply<ReluFunction>(x, weight, bias, y, mean, inverseDeviation, residual);
                    break;
                case Activation.Silu:
                    BatchNormalization.Apply<SiluFunction>(x, weight, bias, y, mean, inverseDeviation, residual);
                    break;
                case Activation.Gelu:
                    BatchNormalization.Apply<GeluFunction>(x, weight, bias, y, mean, inverseDeviation, residual);
                    break;
                case Activation.Sigmoid:
                    BatchNormalization.Apply<SigmoidFunction>(x, weight, bias, y, mean, inverseDeviation, residual);
                    break;
                default:
                    BatchNormalization.Apply<IdentityFunction>(x, weight, bias, y, mean, inverseDeviation, residual);
                    break;
            }

            return;
        }

        using var eager = Eager.Begin();
        Tensor centre = x.Tensor.mean([0], keepdim: true);
        Tensor variance = (x.Tensor - centre).square().mean([0], keepdim: true);
        Tensor scale = (variance + BatchNormEpsilon).rsqrt();
        mean.Tensor.copy_(centre);
        inverseDeviation.Tensor.copy_(scale);
        runningMean.Tensor.mul_(1 - BatchNormMomentum).add_(centre, alpha: BatchNormMomentum);
        runningVariance.Tensor.mul_(1 - BatchNormMomentum).add_(variance * (x.Rows / (x.Rows - 1.0)), alpha: BatchNormMomentum);
        batches.CountUp();
        Tensor normalized = (x.Tensor - centre) * scale * weight.Tensor + bias.Tensor;
        y.Tensor.copy_(Activated(residual is null ? normalized : normalized + residual.Tensor, activation));
    }

    /// <summary>The gradients of <see cref="BatchNorm"/> without residual; what went into the activation is made again.</summary>
    /// <param name="dy">Rows x columns: the gradient of what the activation gave.</param>
    /// <param name="x">The input of forward.</param>
    /// <param name="mean">From forward.</param>
    /// <param name="inverseDeviation">From forward.</param>
    /// <param name="weight">1 x columns.</param>
    /// <param name="bias">1 x columns.</param>
    /// <param name="dx">As x; may be <paramref name="dy"/>.</param>
    /// <param name="dWeight">1 x columns.</param>
    /// <param name="dBias">1 x columns.</param>
    /// <param name="activation">What was applied last.</param>
    public static void BatchNormBackward(
        Matrix dy, Matrix x, Matrix mean, Matrix inverseDeviation, Matrix weight, Matrix bias, Matrix dx, Matrix dWeight, Matrix dBias,
        Activation activation = Activation.None)
    {
        Shapes.Same(dy, x);
        Shapes.Same(dx, x);
        foreach (Matrix row in (ReadOnlySpan<Matrix>)[mean, inverseDeviation, weight, bias, dWeight, dBias]) Shapes.RowOf(x, row);

        if (x.OnHost)
        {
            switch (activation)
            {
                case Activation.Relu:
                    BatchNormalization.ApplyBackward<ReluFunction>(dy, x, mean, inverseDeviation, weight, bias, dx, dWeight, dBias);
                    break;
                case Activation.Silu:
                    BatchNormalization.ApplyBackward<SiluFunction>(dy, x, mean, inverseDeviation, weight, bias, dx, dWeight, dBias);
                    break;
                case Activation.Gelu:
                    BatchNormalization.ApplyBackward<GeluFunction>(dy, x, mean, inverseDeviation, weight, bias, dx, dWeight, dBias);
                    break;
                case Activation.Sigmoid:
                    BatchNormalization.ApplyBackward<SigmoidFunction>(dy, x, mean, inverseDeviation, weight, bias, dx, dWeight, dBias);
                    break;
                default:
                    BatchNormalization.ApplyBackward<IdentityFunction>(dy, x, mean, inverseDeviation, weight, bias, dx, dWeight, dBias);
                    break;
            }

            return;
        }

        using var eager = Eager.Begin();
        Tensor normalized = (x.Tensor - mean.Tensor) * inverseDeviation.Tensor;
        Tensor gradient = dy.Tensor * Slope(normalized * weight.Tensor + bias.Tensor, activation);
        Tensor ofBias = gradient.sum([0], keepdim: true);
        Tensor ofWeight = (gradient * normalized).sum([0], keepdim: true);
        dx.Tensor.copy_(weight.Tensor * inverseDeviation.Tensor * (gradient - (ofBias + normalized * ofWeight) / x.Rows));
        dWeight.Tensor.copy_(ofWeight);
        dBias.Tensor.copy_(ofBias);
    }

    /// <summary>An activation by libtorch's operators.</summary>
    internal static Tensor Activated(Tensor x, Activation activation) => activation switch
    {
        Activation.Relu => x.relu(),
        Activation.Silu => x * x.sigmoid(),
        Activation.Gelu => x * NormalCdf(x),
        Activation.Sigmoid => x.sigmoid(),
        _ => x,
    };

    private static Tensor Slope(Tensor x, Activation activation) => activation switch
    {
        Activation.Relu => (x > 0).to(x.dtype),
        Activation.Silu => SiluSlope(x),
        Activation.Gelu => NormalCdf(x) + x * NormalDensity(x),
        Activation.Sigmoid => x.sigmoid() * (1 - x.sigmoid()),
        _ => ones_like(x, device: x.device),
    };
}
