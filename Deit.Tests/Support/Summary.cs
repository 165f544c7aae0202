using System.Collections.Immutable;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>A tensor in a few numbers, as the reference files store it.</summary>
/// <param name="Sum">The sum of its elements.</param>
/// <param name="L2">The root of the sum of their squares.</param>
/// <param name="Probe">The product with u("probe", n): notices permutations and any single element.</param>
/// <param name="First">Its first elements in row-major order.</param>
internal sealed record Summary(double Sum, double L2, double Probe, ImmutableArray<double> First)
{
    private const int MostFirst = 16;

    /// <summary>Computes the summary in float64.</summary>
    public static Summary Of(Tensor tensor)
    {
        double[] elements = tensor.Values();
        double[] probe = HashFill.Uniform("probe", elements.Length);
        double sum = 0;
        double squares = 0;
        double product = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            sum += elements[i];
            squares += elements[i] * elements[i];
            product += elements[i] * probe[i];
        }

        return new(sum, Math.Sqrt(squares), product, [.. elements.Take(MostFirst)]);
    }

    /// <summary>Reads a summary with its <c>first16</c> or <c>first8</c>.</summary>
    public static Summary Read(JsonElement summary)
    {
        JsonElement first = summary.TryGetProperty("first16", out JsonElement first16) ? first16 : summary.GetProperty("first8");
        return new(
            summary.GetProperty("sum").GetDouble(),
            summary.GetProperty("l2").GetDouble(),
            summary.GetProperty("probe").GetDouble(),
            [.. first.EnumerateArray().Select(static element => element.GetDouble())]);
    }
}
