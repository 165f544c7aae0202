using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>Comparisons with the reference files, with the tolerances that Reference/GOLDEN.md states for float32.</summary>
internal static class Golden
{
    /// <summary>Compares logits of shape (batch, classes) with the summaries of their rows.</summary>
    public static void AssertLogits(JsonElement rows, Tensor logits, string what)
    {
        Assert.Equal(rows.GetArrayLength(), logits.shape[0]);
        using var scope = NewDisposeScope();
        for (int image = 0; image < logits.shape[0]; image++)
        {
            AssertLogitsOfOne(rows[image], logits[image], $"{what}, image {image}");
        }
    }

    /// <summary>Compares the output of a module inside a model: an element of <c>stages</c>.</summary>
    public static void AssertStage(JsonElement stage, Tensor output, string what)
    {
        var expected = Summary.Read(stage);
        var actual = Summary.Of(output);
        new Deviations(what)
            .Same("shape", Shape(stage.GetProperty("shape").Longs()), Shape(output.shape))
            .Number("l2", expected.L2, actual.L2, 1e-5 * expected.L2)
            .Number("probe", expected.Probe, actual.Probe, 1e-5 * expected.L2)
            .Number("sum", expected.Sum, actual.Sum, 1e-3 * expected.L2)
            .First(expected.First, actual.First, 1e-5 * stage.GetProperty("max_abs").GetDouble())
            .FailIfAny();
    }

    /// <summary>Compares the loss of the first training step.</summary>
    public static void AssertLoss(double expected, double actual, string what) => AssertRelative(expected, actual, 1e-6, what);

    /// <summary>Compares a gradient: not one of <c>zero_gradients</c>, which are rounding noise.</summary>
    public static void AssertGradient(JsonElement summary, Tensor gradient, string what) =>
        AssertL2AndProbe(summary, gradient, 1e-4, what);

    /// <summary>Compares a running mean or variance after a training step.</summary>
    public static void AssertRunningStatistics(JsonElement summary, Tensor statistics, string what) =>
        AssertL2AndProbe(summary, statistics, 1e-5, what);

    /// <summary>Compares the first elements of a parameter after a step of AdamW: rounding noise in a gradient may move others.</summary>
    public static void AssertAfterAdamW(JsonElement summary, Tensor parameter, string what) =>
        new Deviations(what).First(Summary.Read(summary).First, Summary.Of(parameter).First, 1e-6).FailIfAny();

    /// <summary>Compares two numbers relative to the expected one.</summary>
    public static void AssertRelative(double expected, double actual, double tolerance, string what) =>
        new Deviations(what).Number("value", expected, actual, tolerance * Math.Abs(expected)).FailIfAny();

    private static void AssertLogitsOfOne(JsonElement row, Tensor logits, string what)
    {
        var expected = Summary.Read(row);
        var actual = Summary.Of(logits);
        new Deviations(what)
            .Number("argmax", row.GetProperty("argmax").GetInt64(), logits.argmax().item<long>(), 0)
            .Number("l2", expected.L2, actual.L2, 1e-5 * expected.L2)
            .Number("probe", expected.Probe, actual.Probe, 1e-5 * expected.L2)
            .First(expected.First, actual.First, 5e-5)
            .FailIfAny();
    }

    private static void AssertL2AndProbe(JsonElement summary, Tensor tensor, double tolerance, string what)
    {
        var expected = Summary.Read(summary);
        var actual = Summary.Of(tensor);
        new Deviations(what)
            .Number("l2", expected.L2, actual.L2, tolerance * expected.L2)
            .Number("probe", expected.Probe, actual.Probe, tolerance * expected.L2)
            .FailIfAny();
    }

    private static string Shape(long[] extents) => $"({string.Join(", ", extents)})";
}
