using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>How much of an old value is kept, and the share of the new one.</summary>
/// <param name="Kept">The decay.</param>
/// <param name="Share">One less it, taken in double precision: in float32, that of 0.99996 would be off by a thousandth.</param>
internal readonly record struct Blend(float Kept, float Share)
{
    /// <summary>The blend of a decay.</summary>
    public static Blend Of(double decay) => new((float)decay, (float)(1 - decay));
}

/// <summary>The numbers of a step of AdamW, the same for all elements.</summary>
/// <param name="Mean">The mean of the gradient.</param>
/// <param name="Square">The mean of the squared gradient.</param>
/// <param name="GradientScale">What gradients are multiplied by first: less than 1 where they are clipped.</param>
/// <param name="Remainder">What weight decay leaves.</param>
/// <param name="Scale">The factor of mean / (sqrt(mean square) + epsilon), with the bias corrections; negative.</param>
/// <param name="Epsilon">With its share of the bias corrections.</param>
/// <param name="Average">The moving average of the weights.</param>
internal readonly record struct AdamWNumbers(
    Blend Mean, Blend Square, float GradientScale, float Remainder, float Scale, float Epsilon, Blend Average);

/// <summary>A step of AdamW, and of the moving average of the weights where there is one: each of the arrays is read and written once.</summary>
internal readonly unsafe struct AdamWStep(float* values, float* gradients, float* means, float* squares, float* average, long count, AdamWNumbers numbers)
    : IRangeBody
{
    /// <summary>Elements that a thread takes at a time.</summary>
    public const long Block = 4096;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        long first = begin * Block;
        Step(
            values + first, gradients + first, means + first, squares + first, average == null ? null : average + first,
            Math.Min(count, end * Block) - first, numbers);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step(float* values, float* gradients, float* means, float* squares, float* average, long count, AdamWNumbers numbers)
    {
        Vector256<float> beta1 = Vector256.Create(numbers.Mean.Kept), gradientShare = Vector256.Create(numbers.Mean.Share);
        Vector256<float> beta2 = Vector256.Create(numbers.Square.Kept), squareShare = Vector256.Create(numbers.Square.Share);
        Vector256<float> remainder = Vector256.Create(numbers.Remainder), scale = Vector256.Create(numbers.Scale), epsilon = Vector256.Create(numbers.Epsilon);
        Vector256<float> decay = Vector256.Create(numbers.Average.Kept), averageShare = Vector256.Create(numbers.Average.Share);
        Vector256<float> gradientScale = Vector256.Create(numbers.GradientScale);
        for (long i = 0; i < count; i += Lanes.Count)
        {
            long remaining = count - i;
            Vector256<float> gradient = Lanes.Load(gradients + i, remaining) * gradientScale;
            Vector256<float> mean = Functions.MultiplyAdd(gradient, gradientShare, Lanes.Load(means + i, remaining) * beta1);
            Vector256<float> square = Functions.MultiplyAdd(gradient * gradient, squareShare, Lanes.Load(squares + i, remaining) * beta2);
            Lanes.Store(means + i, mean, remaining);
            Lanes.Store(squares + i, square, remaining);
            Vector256<float> step = mean / (Vector256.Sqrt(square) + epsilon);
            Vector256<float> value = Functions.MultiplyAdd(step, scale, Lanes.Load(values + i, remaining) * remainder);
            Lanes.Store(values + i, value, remaining);
            if (average != null)
            {
                Lanes.Store(average + i, Functions.MultiplyAdd(value, averageShare, Lanes.Load(average + i, remaining) * decay), remaining);
            }
        }
    }
}

/// <summary>The sum of all squares, in double precision: what is not finite makes it not finite.</summary>
internal readonly unsafe struct SquareSums(float* values, long count, double* sums) : IRangeBody
{
    /// <summary>Elements of a block, which has a sum of its own: the result depends on no number of threads.</summary>
    public const long Block = 1 << 14;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(long begin, long end)
    {
        for (long block = begin; block < end; block++)
        {
            Vector256<double> lower = default;
            Vector256<double> upper = default;
            long last = Math.Min(count, (block + 1) * Block);
            for (long i = block * Block; i < last; i += Lanes.Count)
            {
                (Vector256<double> first, Vector256<double> second) = Vector256.Widen(Lanes.Load(values + i, last - i));
                lower += first * first;
                upper += second * second;
            }

            sums[block] = Vector256.Sum(lower + upper);
        }
    }
}
