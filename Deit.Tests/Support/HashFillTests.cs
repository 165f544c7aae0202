using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

public sealed class HashFillTests
{
    private static readonly JsonElement Check = ReferenceFile.Read("check.json");

    public static TheoryData<string> TensorNames() =>
        [.. Check.GetProperty("tensors").EnumerateObject().Select(static tensor => tensor.Name)];

    [Fact]
    public void Crc32_is_that_of_zlib() =>
        Assert.Equal(Check.GetProperty("crc32(\"input\")").GetUInt32(), HashFill.Crc32(Encoding.UTF8.GetBytes("input")));

    [Theory]
    [InlineData("input")]
    [InlineData("pos_embed")]
    [InlineData("probe")]
    public void Uniform_numbers_are_the_recorded_ones_to_the_bit(string key) =>
        Assert.Equal(Check.GetProperty($"u(\"{key}\", 3)").Doubles(), HashFill.Uniform(key, 3));

    [Theory]
    [MemberData(nameof(TensorNames))]
    public void Entry_follows_the_rule_of_its_name_and_shape(string name)
    {
        JsonElement recorded = Check.GetProperty("tensors").GetProperty(name);
        using Tensor entry = HashFill.Entry(name, recorded.GetProperty("shape").Longs());

        AssertSameFloats(recorded.GetProperty("first3").Doubles(), entry.data<float>().Take(3));
    }

    [Fact]
    public void Counter_of_batches_is_a_zero_of_type_int64()
    {
        using Tensor counter = HashFill.Entry("s1.b1.conv1.bn.num_batches_tracked", []);

        Assert.Equal(ScalarType.Int64, counter.dtype);
        Assert.Equal(0, counter.item<long>());
    }

    [Fact]
    public void Images_are_the_recorded_ones()
    {
        JsonElement recorded = Check.GetProperty("image(2, 3, 224, 224)");
        using Tensor images = HashFill.Images(2, 224, 224);

        AssertSameFloats(recorded.GetProperty("[0,0,0,0:3]").Doubles(), images[0, 0, 0, ..3].data<float>());
        AssertSameFloats(recorded.GetProperty("[1,2,33,64:67]").Doubles(), images[1, 2, 33, 64..67].data<float>());
        var summary = Summary.Of(images);
        new Deviations("images")
            .Number("sum", recorded.GetProperty("sum").GetDouble(), summary.Sum, 1e-4)
            .Number("l2", recorded.GetProperty("l2").GetDouble(), summary.L2, 1e-6)
            .Number("probe", recorded.GetProperty("probe").GetDouble(), summary.Probe, 1e-6)
            .FailIfAny();
    }

    [Fact]
    public void Images_of_a_size_that_squares_do_not_divide_are_the_recorded_ones()
    {
        using Tensor images = HashFill.Images(1, 240, 240);

        AssertSameFloats(Check.GetProperty("image(1, 3, 240, 240) [0,1,239,239]").Doubles(), [images[0, 1, 239, 239].item<float>()]);
    }

    [Fact]
    public void Fill_overwrites_parameters_and_buffers_by_their_names()
    {
        using nn.Module<Tensor, Tensor> module = nn.Sequential(("bn", nn.BatchNorm2d(3)));
        HashFill.Fill(module);

        foreach ((string name, Tensor target) in module.state_dict())
        {
            using Tensor expected = HashFill.Entry(name, target.shape);
            TensorAssert.Identical(expected, target, name);
        }
    }

    /// <summary>Nine digits name a float32 exactly.</summary>
    private static void AssertSameFloats(double[] expected, IEnumerable<float> actual) =>
        Assert.Equal(expected.Select(static element => (float)element), actual);
}
