using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>Comparing and counting tensors.</summary>
internal static class Tensors
{
    /// <summary>The values in row-major order, as doubles.</summary>
    public static double[] Values(this Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>Demands equality within a part of the largest expected value.</summary>
    public static void AssertClose(double[] expected, double[] actual, double relative)
    {
        Assert.Equal(expected.Length, actual.Length);
        double tolerance = relative * expected.Max(Math.Abs);
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.True(
                Math.Abs(expected[index] - actual[index]) <= tolerance,
                FormattableString.Invariant(
                    $"Element {index}: expected {expected[index]:R}, found {actual[index]:R}, tolerance {tolerance:R}."));
        }
    }

    /// <summary>How many more tensors this thread holds after <paramref name="action"/> than before.</summary>
    public static long LeftBehind(Action action)
    {
        LifetimeStatistics statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long before = statistics.ThreadTotalLiveCount;
        action();
        return statistics.ThreadTotalLiveCount - before;
    }
}
