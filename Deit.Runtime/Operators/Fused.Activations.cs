using System.Runtime.CompilerServices;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

public static partial class Fused
{
    private static readonly double InverseSqrtTwo = Math.Sqrt(0.5);
    private static readonly double InverseSqrtTwoPi = 1 / Math.Sqrt(2 * Math.PI);

    /// <summary>y = x Φ(x), the exact GELU (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
    /// <param name="x">Any matrix.</param>
    /// <param name="y">Of the same shape; may be <paramref name="x"/>.</param>
    public static void Gelu(Matrix x, Matrix y)
    {
        Shapes.Same(x, y);
        if (x.OnHost)
        {
            Elementwise.Map<GeluFunction>(x, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor * NormalCdf(x.Tensor));
    }

    /// <summary>The gradient of GELU: dx = dy (Φ(x) + x φ(x)); where they are wanted, the activation again and the column sums of dx.</summary>
    /// <param name="x">The input of forward.</param>
    /// <param name="dy">Of the same shape.</param>
    /// <param name="dx">Of the same shape; may be <paramref name="dy"/>.</param>
    /// <param name="y">Of the same shape: what forward gave, which need not be kept then.</param>
    /// <param name="columnSum">1 x columns: the gradient of the bias of the linear layer before.</param>
    public static void GeluBackward(Matrix x, Matrix dy, Matrix dx, Matrix? y = null, Matrix? columnSum = null)
    {
        CheckGradient(x, dy, dx, y, columnSum);
        if (x.OnHost)
        {
            ActivationGradient<GeluFunction>.Run(x, dy, dx, y, columnSum);
            return;
        }

        using var eager = Eager.Begin();
        Tensor cdf = NormalCdf(x.Tensor);
        Tensor density = NormalDensity(x.Tensor);
        dx.Tensor.copy_(dy.Tensor * (cdf + x.Tensor * density));
        y?.Tensor.copy_(x.Tensor * cdf);
        columnSum?.Flat.copy_(dx.Tensor.sum([0]));
    }

    /// <summary>y = max(x, 0).</summary>
    /// <param name="x">Any matrix.</param>
    /// <param name="y">Of the same shape; may be <paramref name="x"/>.</param>
    public static void Relu(Matrix x, Matrix y)
    {
        Shapes.Same(x, y);
        if (x.OnHost)
        {
            Elementwise.Map<ReluFunction>(x, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor.relu());
    }

    /// <summary>The gradient of ReLU: dx = dy where y is positive, else 0.</summary>
    /// <param name="y">The output of forward.</param>
    /// <param name="dy">Of the same shape.</param>
    /// <param name="dx">Of the same shape; may be <paramref name="dy"/>.</param>
    public static void ReluBackward(Matrix y, Matrix dy, Matrix dx)
    {
        CheckGradient(y, dy, dx);
        if (y.OnHost)
        {
            Elementwise.Map<ReluGradientFunction>(y, dy, dx);
            return;
        }

        using var eager = Eager.Begin();
        dx.Tensor.copy_(dy.Tensor.masked_fill(y.Tensor <= 0, 0));
    }

    /// <summary>y = x σ(x).</summary>
    /// <param name="x">Any matrix.</param>
    /// <param name="y">Of the same shape; may be <paramref name="x"/>.</param>
    public static void Silu(Matrix x, Matrix y)
    {
        Shapes.Same(x, y);
        if (x.OnHost)
        {
            Elementwise.Map<SiluFunction>(x, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor * x.Tensor.sigmoid());
    }

    /// <summary>The gradient of SiLU: dx = dy σ(x) (1 + x (1 - σ(x))); where they are wanted, the activation again and the column sums of dx.</summary>
    /// <param name="x">The input of forward.</param>
    /// <param name="dy">Of the same shape.</param>
    /// <param name="dx">Of the same shape; may be <paramref name="dy"/>.</param>
    /// <param name="y">Of the same shape: what forward gave, which need not be kept then.</param>
    /// <param name="columnSum">1 x columns: the gradient of the bias of the linear layer before.</param>
    public static void SiluBackward(Matrix x, Matrix dy, Matrix dx, Matrix? y = null, Matrix? columnSum = null)
    {
        CheckGradient(x, dy, dx, y, columnSum);
        if (x.OnHost)
        {
            ActivationGradient<SiluFunction>.Run(x, dy, dx, y, columnSum);
            return;
        }

        using var eager = Eager.Begin();
        dx.Tensor.copy_(dy.Tensor * SiluSlope(x.Tensor));
        y?.Tensor.copy_(x.Tensor * x.Tensor.sigmoid());
        columnSum?.Flat.copy_(dx.Tensor.sum([0]));
    }

    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    /// <param name="x">Any matrix.</param>
    /// <param name="y">Of the same shape; may be <paramref name="x"/>.</param>
    public static void Sigmoid(Matrix x, Matrix y)
    {
        Shapes.Same(x, y);
        if (x.OnHost)
        {
            Elementwise.Map<SigmoidFunction>(x, y);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor.sigmoid());
    }

    /// <summary>The gradient of the logistic function: dx = dy y (1 - y).</summary>
    /// <param name="y">The output of forward.</param>
    /// <param name="dy">Of the same shape.</param>
    /// <param name="dx">Of the same shape; may be <paramref name="dy"/>.</param>
    public static void SigmoidBackward(Matrix y, Matrix dy, Matrix dx)
    {
        CheckGradient(y, dy, dx);
        if (y.OnHost)
        {
            Elementwise.Map<SigmoidGradientFunction>(y, dy, dx);
            return;
        }

        using var eager = Eager.Begin();
        dx.Tensor.copy_(dy.Tensor * y.Tensor * (1 - y.Tensor));
    }

    private static Tensor NormalCdf(Tensor x) => ((x * InverseSqrtTwo).erf() + 1) * 0.5;

    private static Tensor NormalDensity(Tensor x) => (x.square() * -0.5).exp() * InverseSqrtTwoPi;

    private static Tensor SiluSlope(Tensor x)
    {
        Tensor sigmoid = x.sigmoid();
        return sigmoid * (1 + x * (1 - sigmoid));
    }

    private static void CheckGradient(
        Matrix x, Matrix dy, Matrix dx, Matrix? y = null, Matrix? columnSum = null, [CallerMemberName] string kernel = "")
    {
        Shapes.Same(x, dy, kernel);
        Shapes.Same(x, dx, kernel);
        if (y is not null) Shapes.Same(x, y, kernel);
        if (columnSum is not null) Shapes.RowOf(x, columnSum, kernel);
    }
}
