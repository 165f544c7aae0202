using System.Text.Json;
using Deit.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Finetuning;

public sealed class PositionEmbeddingTests
{
    public static TheoryData<string> AllDevices => Devices.All;

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void Interpolation_is_that_of_DeiTs_fine_tuning_at_384_pixels(string device)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement reference = ReferenceFile.Read("recipe/misc.json").GetProperty("pos_embed");
        JsonElement result = reference.GetProperty("result");
        Tensor embedding = HashFill.Entry("pos_embed", [.. reference.GetProperty("from").Longs()]).to(Devices.Require(device));

        Tensor interpolated = PositionEmbedding.Interpolate(embedding, reference.GetProperty("prefix_tokens").GetInt32(), grid: 24);

        Assert.Equal(reference.GetProperty("to").Longs(), interpolated.shape);
        Assert.Equal(result.GetProperty("l2").GetDouble(), interpolated.to(float64).norm().item<double>(), 1e-6);
        Assert.Equal(result.GetProperty("sum").GetDouble(), interpolated.to(float64).sum().item<double>(), 1e-5);
        Tensor flat = interpolated.flatten().cpu();
        foreach (JsonProperty element in result.GetProperty("at").EnumerateObject())
        {
            Assert.Equal(element.Value.GetDouble(), flat[int.Parse(element.Name)].item<float>(), 1e-7);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public void The_tokens_before_the_patches_stay_as_they_are(int prefix)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedding = HashFill.Entry("pos_embed", [1, prefix + 16, 8]);

        Tensor interpolated = PositionEmbedding.Interpolate(embedding, prefix, grid: 7);
        Tensor same = PositionEmbedding.Interpolate(embedding, prefix, grid: 4);

        Assert.Equal([1, prefix + 49, 8], interpolated.shape);
        TensorAssert.Identical(embedding[.., ..prefix], interpolated[.., ..prefix], "the tokens before the patches");
        Assert.True(same.allclose(embedding, rtol: 0, atol: 1e-7));
    }

    [Fact]
    public void A_constant_stays_constant_in_half_precision()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedding = full([1, 1 + 9, 4], 0.5, dtype: float16, device: CPU);

        Tensor interpolated = PositionEmbedding.Interpolate(embedding, 1, grid: 5);

        Assert.Equal(float16, interpolated.dtype);
        TensorAssert.Identical(full_like(interpolated, 0.5, device: interpolated.device), interpolated, "a constant");
    }

    [Theory]
    [InlineData(1, 11, 4)]
    [InlineData(2, 10, 4)]
    [InlineData(1, 1, 4)]
    public void Patches_that_are_no_square_are_refused(params int[] shape)
    {
        using Tensor embedding = zeros([.. shape.Select(static extent => (long)extent)], device: CPU);

        DeitException refused = Assert.Throws<DeitException>(() => PositionEmbedding.Interpolate(embedding, 1, 5));

        Assert.Contains($"({string.Join(", ", shape)})", refused.Message);
    }
}
