using System.Text.Json;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

public sealed class GoldenTests
{
    private static readonly double[] Elements = [3, -1, 2, 0.5, -0.25];

    [Fact]
    public void Summary_holds_sum_norm_probe_and_first_elements()
    {
        using Tensor tensor = torch.tensor(Elements, dtype: ScalarType.Float64, device: CPU);
        var summary = Summary.Of(tensor);
        double[] probe = HashFill.Uniform("probe", Elements.Length);

        Assert.Equal(4.25, summary.Sum, 12);
        Assert.Equal(Math.Sqrt(9 + 1 + 4 + 0.25 + 0.0625), summary.L2, 12);
        Assert.Equal(Elements.Zip(probe, static (element, weight) => element * weight).Sum(), summary.Probe, 12);
        Assert.Equal(Elements, summary.First.ToArray());
    }

    [Fact]
    public void Summary_of_a_transposed_tensor_is_in_the_order_of_its_rows()
    {
        using Tensor tensor = torch.arange(6, dtype: ScalarType.Float32, device: CPU).reshape(2, 3).t();

        Assert.Equal([0, 3, 1, 4, 2, 5], Summary.Of(tensor).First.ToArray());
    }

    [Fact]
    public void Stage_within_the_tolerance_passes()
    {
        using Tensor output = Column(Elements);

        Golden.AssertStage(StageOf(Elements), output, "blocks.0");
    }

    [Fact]
    public void Stage_with_one_changed_element_fails_and_says_which()
    {
        using Tensor output = Column([3, -1, 2.0001, 0.5, -0.25]);

        var failure = Assert.Throws<FailException>(() => Golden.AssertStage(StageOf(Elements), output, "blocks.0"));
        Assert.Contains("blocks.0 differs from the reference", failure.Message, StringComparison.Ordinal);
        Assert.Contains("element 2", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("element 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stage_with_exchanged_elements_fails_by_its_probe()
    {
        using Tensor output = Column([-1, 3, 2, 0.5, -0.25]);

        var failure = Assert.Throws<FailException>(() => Golden.AssertStage(StageOf(Elements), output, "blocks.0"));
        Assert.Contains("probe", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("l2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stage_of_another_shape_fails()
    {
        using Tensor output = Column(Elements).t();

        var failure = Assert.Throws<FailException>(() => Golden.AssertStage(StageOf(Elements), output, "blocks.0"));
        Assert.Contains("expected (5, 1), got (1, 5)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_of_another_class_fail()
    {
        JsonElement rows = Json($"[{SummaryText(Elements, "first16")[..^1]},\"argmax\":0}}]");
        using Tensor same = Column(Elements).t();
        using Tensor other = Column([2, -1, 3, 0.5, -0.25]).t();

        Golden.AssertLogits(rows, same, "logits");
        var failure = Assert.Throws<FailException>(() => Golden.AssertLogits(rows, other, "logits"));
        Assert.Contains("logits, image 0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("argmax", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradient_may_differ_by_a_ten_thousandth_of_its_norm_and_no_more()
    {
        JsonElement summary = Json(SummaryText(Elements, "first8"));
        using Tensor near = Column([.. Elements.Select(static element => element * 1.00009)]);
        using Tensor far = Column([.. Elements.Select(static element => element * 1.00011)]);

        Golden.AssertGradient(summary, near, "head.weight");
        Assert.Throws<FailException>(() => Golden.AssertGradient(summary, far, "head.weight"));
    }

    [Fact]
    public void Parameter_after_a_step_may_differ_by_a_millionth_and_no_more()
    {
        JsonElement summary = Json(SummaryText(Elements, "first8"));
        using Tensor near = Column([3, -1 + 0.9e-6, 2, 0.5, -0.25]);
        using Tensor far = Column([3, -1 + 1.1e-6, 2, 0.5, -0.25]);

        Golden.AssertAfterAdamW(summary, near, "head.weight");
        Assert.Throws<FailException>(() => Golden.AssertAfterAdamW(summary, far, "head.weight"));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(7.60816)]
    public void Loss_that_is_no_number_or_another_one_fails(double loss) =>
        Assert.Throws<FailException>(() => Golden.AssertLoss(7.60814711, loss, "loss"));

    private static Tensor Column(double[] elements) =>
        torch.tensor(elements, [elements.Length, 1], dtype: ScalarType.Float64, device: CPU);

    private static JsonElement StageOf(double[] elements) =>
        Json($"{SummaryText(elements, "first16")[..^1]},\"shape\":[5,1],\"max_abs\":3}}");

    private static string SummaryText(double[] elements, string first)
    {
        using Tensor tensor = Column(elements);
        var summary = Summary.Of(tensor);
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["sum"] = summary.Sum,
            ["l2"] = summary.L2,
            ["probe"] = summary.Probe,
            [first] = summary.First,
        });
    }

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
