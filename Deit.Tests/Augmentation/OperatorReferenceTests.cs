using System.Text.Json;
using Deit.Augmentation;
using Deit.Compiler.Augmentation;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Augmentation;

public sealed class OperatorReferenceTests
{
    private static readonly JsonElement OfTimm = ReferenceFile.Read("recipe/randaugment_ops.json");
    private static readonly JsonElement OfPillow = ReferenceFile.Read("recipe/operators.json");

    public static TheoryData<int> TimmCases => [.. Enumerable.Range(0, OfTimm.GetProperty("cases").GetArrayLength())];

    public static TheoryData<int> PillowCases => [.. Enumerable.Range(0, OfPillow.GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(TimmCases))]
    public void Every_byte_is_that_of_timm(int index)
    {
        JsonElement recorded = OfTimm.GetProperty("cases")[index];

        AssertEqual(OfTimm.GetProperty("image"), recorded, OfTimm.GetProperty("fill"));
    }

    [Theory]
    [MemberData(nameof(PillowCases))]
    public void Every_byte_is_that_of_Pillow(int index)
    {
        JsonElement recorded = OfPillow.GetProperty("cases")[index];
        JsonElement image = OfPillow.GetProperty("images")[recorded.GetProperty("image").GetInt32()];

        AssertEqual(image, recorded, recorded.TryGetProperty("fill", out JsonElement fill) ? fill : OfTimm.GetProperty("fill"));
    }

    [Fact]
    public void The_operators_of_the_recorded_policy_are_those_of_its_string()
    {
        Assert.Null(PolicyGrammar.Read(OfTimm.GetProperty("policy").GetString()!, out AugmentationPolicy? read));
        RandAugmentPolicy policy = Assert.IsType<RandAugmentPolicy>(read);

        Assert.Equal(
            OfTimm.GetProperty("choices").EnumerateArray().Select(static choice => choice.GetString()),
            policy.Steps.Select(static step => step.Operator));
        Assert.Equal(OfTimm.GetProperty("num_layers").GetInt32(), policy.Layers);
        Assert.All(policy.Steps, step => Assert.Equal((OfTimm.GetProperty("op_prob").GetDouble(), 9), (step.Probability, step.Magnitude)));
    }

    [Fact]
    public void Recorded_arguments_are_those_of_their_magnitude()
    {
        var scale = new MagnitudeScale(translatePixels: 100, translatePart: 0.45);
        foreach (JsonElement recorded in OfTimm.GetProperty("cases").EnumerateArray())
        {
            if (recorded.GetProperty("args").GetArrayLength() == 0) continue;
            double expected = recorded.GetProperty("args")[0].GetDouble();
            string name = recorded.GetProperty("op").GetString()!;

            double[] signs = [.. Enumerable.Range(0, 20).Select(seed =>
                scale.Argument(name, recorded.GetProperty("level").GetDouble(), RandomStream.For(seed, 0, 0, 0)))];

            Assert.Contains(signs, sign => Math.Abs(sign - expected) < 1e-12);
        }
    }

    private static void AssertEqual(JsonElement image, JsonElement recorded, JsonElement fill)
    {
        using var source = new RgbImage(
            image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32(), image.GetProperty("pixels").GetBytesFromBase64());
        double? argument = recorded.GetProperty("args").EnumerateArray().Select(static value => (double?)value.GetDouble()).SingleOrDefault();
        byte[] colour = [.. fill.Longs().Select(static level => (byte)level)];
        ResamplingFilter filter = recorded.TryGetProperty("interpolation", out JsonElement name)
            ? ResamplingFilters.Parse(name.GetString()!)
            : ResamplingFilter.Bicubic;

        using RgbImage result = ImageOperator.Find(recorded.GetProperty("op").GetString()!)
            .Apply(source, argument, new(filter, new(colour[0], colour[1], colour[2])));

        Assert.Equal(recorded.GetProperty("pixels").GetBytesFromBase64(), result.Pixels.ToArray());
        Assert.Equal(image.GetProperty("pixels").GetBytesFromBase64(), source.Pixels.ToArray());
    }
}
