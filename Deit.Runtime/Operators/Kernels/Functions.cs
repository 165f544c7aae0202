using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>Elementary functions of eight floats at once, as good as float32 has them: their tests say how good.</summary>
internal static class Functions
{
    /// <summary>a · b + c, rounded once where the processor can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.MultiplyAddEstimate(a, b, c);

    /// <summary>
    /// exp(x) for x up to 89: 0 where it is less than -87.6, infinite where it is more than 88.3. With x / ln 2 = n + f it is 2^n, put together
    /// from its bits, which at the ends of the range are those of 0 and of infinity, times 2^f by the minimax polynomial of degree 5 for the
    /// relative error on -1/2 ≤ f ≤ 1/2, 7.5e-8.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // In this order NaN stays NaN.
        x = Vector256.MaxNative(Vector256.Create(-88f), x);
        Vector256<float> inverse = Vector256.Create(1.44269504f);
        Vector256<float> n = Vector256.Round(x * inverse);
        Vector256<float> f = MultiplyAdd(x, inverse, -n);
        Vector256<float> p = Vector256.Create(0.001327647187049068f);
        p = MultiplyAdd(p, f, Vector256.Create(0.00967554132757679f));
        p = MultiplyAdd(p, f, Vector256.Create(0.05550713273882766f));
        p = MultiplyAdd(p, f, Vector256.Create(0.2402211972406066f));
        p = MultiplyAdd(p, f, Vector256.Create(0.693146967064602f));
        p = MultiplyAdd(p, f, Vector256.Create(1.000000071654624f));
        Vector256<int> exponent = Vector256.ShiftLeft(Vector256.ConvertToInt32Native(n) + Vector256.Create(127), 23);
        return p * exponent.AsSingle();
    }

    /// <summary>The logistic function, 1 / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Sigmoid(Vector256<float> x) =>
        Vector256<float>.One / (Vector256<float>.One + Exp(Vector256.MinNative(Vector256.Create(89f), -x)));

    /// <summary>The distribution function Φ of the normal distribution and its density φ, which share an exponential.</summary>
    /// <remarks>
    /// Φ(-a) = exp(-a²/2) P(t) with t = 1 / (1 + 0.23 a), as Hastings has it (Approximations for Digital Computers, 1955); P is the minimax
    /// polynomial of degree 8 for the relative error on 0 ≤ a ≤ 13.3, where Φ ends in float32: 4.7e-8.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normal(Vector256<float> x, out Vector256<float> cdf, out Vector256<float> density)
    {
        Vector256<float> a = Vector256.Abs(x);
        Vector256<float> exponential = Exp(x * x * Vector256.Create(-0.5f));
        Vector256<float> t = Vector256<float>.One / MultiplyAdd(a, Vector256.Create(0.23f), Vector256<float>.One);
        Vector256<float> p = Vector256.Create(-0.07840986287402242f);
        p = MultiplyAdd(p, t, Vector256.Create(0.290121370921137f));
        p = MultiplyAdd(p, t, Vector256.Create(-0.27749069397343923f));
        p = MultiplyAdd(p, t, Vector256.Create(0.3007018359708971f));
        p = MultiplyAdd(p, t, Vector256.Create(-0.032351519476662455f));
        p = MultiplyAdd(p, t, Vector256.Create(0.11925300352787685f));
        p = MultiplyAdd(p, t, Vector256.Create(0.08583563754702853f));
        p = MultiplyAdd(p, t, Vector256.Create(0.09236723313433486f));
        p = MultiplyAdd(p, t, Vector256.Create(-2.7028404113990656e-05f));
        Vector256<float> tail = p * exponential;
        cdf = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256<float>.One - tail);
        density = exponential * Vector256.Create(0.3989422804f);
    }
}
