using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>An activation function whose gradient is made from its input.</summary>
internal interface IActivation : IUnary
{
    /// <summary>Its values and its derivatives at eight places.</summary>
    static abstract void Evaluate(Vector256<float> x, out Vector256<float> value, out Vector256<float> slope);
}

/// <summary>None.</summary>
internal readonly struct IdentityFunction : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(Vector256<float> x, out Vector256<float> value, out Vector256<float> slope)
    {
        value = x;
        slope = Vector256<float>.One;
    }
}

/// <summary>max(x, 0).</summary>
internal readonly struct ReluFunction : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => Vector256.MaxNative(Vector256<float>.Zero, x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(Vector256<float> x, out Vector256<float> value, out Vector256<float> slope)
    {
        value = Of(x);
        slope = Vector256.GreaterThan(x, Vector256<float>.Zero) & Vector256<float>.One;
    }
}

/// <summary>x Φ(x).</summary>
internal readonly struct GeluFunction : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x)
    {
        Functions.Normal(x, out Vector256<float> cdf, out _);
        return x * cdf;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(Vector256<float> x, out Vector256<float> value, out Vector256<float> slope)
    {
        Functions.Normal(x, out Vector256<float> cdf, out Vector256<float> density);
        value = x * cdf;
        slope = Functions.MultiplyAdd(x, density, cdf);
    }
}

/// <summary>x σ(x).</summary>
internal readonly struct SiluFunction : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => x * Functions.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(Vector256<float> x, out Vector256<float> value, out Vector256<float> slope)
    {
        Vector256<float> sigmoid = Functions.Sigmoid(x);
        value = x * sigmoid;
        slope = Functions.MultiplyAdd(value, Vector256<float>.One - sigmoid, sigmoid);
    }
}

/// <summary>σ(x).</summary>
internal readonly struct SigmoidFunction : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x) => Functions.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Evaluate(Vector256<float> x, out Vector256<float> value, out Vector256<float> slope)
    {
        value = Functions.Sigmoid(x);
        slope = value * (Vector256<float>.One - value);
    }
}

/// <summary>a + b.</summary>
internal readonly struct SumFunction : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => a + b;
}

/// <summary>a · b.</summary>
internal readonly struct ProductFunction : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => a * b;
}

/// <summary>The gradient of ReLU, from its output and the gradient of that.</summary>
internal readonly struct ReluGradientFunction : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => Vector256.AndNot(b, Vector256.LessThanOrEqual(a, Vector256<float>.Zero));
}

/// <summary>The gradient of the logistic function, from its output and the gradient of that.</summary>
internal readonly struct SigmoidGradientFunction : IBinary
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> a, Vector256<float> b) => b * a * (Vector256<float>.One - a);
}

/// <summary>dx = dy f'(x), and where they are wanted y = f(x) and the column sums of dx.</summary>
internal readonly unsafe struct ActivationGradient<TActivation>(float* x, float* dy, float* dx, float* y, long columns) : IReductionBody
    where TActivation : IActivation
{
    /// <summary>Does it on all threads.</summary>
    public static void Run(Matrix x, Matrix dy, Matrix dx, Matrix? y, Matrix? columnSum)
    {
        var body = new ActivationGradient<TActivation>(x.Pointer, dy.Pointer, dx.Pointer, y is null ? null : y.Pointer, x.Columns);
        float* sums = Reduction.Run(x.Rows, Math.Max(1, Elementwise.RowsOfGrain(x) / 4), x.Columns, body);
        if (columnSum is not null) Reduction.Copy(sums, columnSum);
    }

    /// <inheritdoc/>
    public void Run(long begin, long end, float* sums)
    {
        if (Lanes.AreWhole(columns)) Run<WholeVectors>(begin, end, sums);
        else Run<AnyColumns>(begin, end, sums);
    }

    private void Run<TLanes>(long begin, long end, float* sums)
        where TLanes : IRowLanes
    {
        for (long row = begin; row < end; row++)
        {
            long first = row * columns;
            Row<TLanes>(x + first, dy + first, dx + first, y == null ? null : y + first, sums, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TLanes>(float* input, float* outer, float* inner, float* output, float* sums, long columns)
        where TLanes : IRowLanes
    {
        for (long j = 0; j < columns; j += Lanes.Count)
        {
            long remaining = columns - j;
            TActivation.Evaluate(TLanes.Load(input + j, remaining), out Vector256<float> value, out Vector256<float> slope);
            Vector256<float> gradient = TLanes.Load(outer + j, remaining) * slope;
            if (output != null) TLanes.Store(output + j, value, remaining);
            TLanes.Store(inner + j, gradient, remaining);
            TLanes.Store(sums + j, TLanes.Load(sums + j, remaining) + gradient, remaining);
        }
    }
}
