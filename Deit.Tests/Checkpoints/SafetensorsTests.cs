using System.Text;
using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<ScalarType> Types() =>
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16,
        ScalarType.Int64, ScalarType.Int32, ScalarType.Byte, ScalarType.Bool,
    ];

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_comes_back_as_it_was_saved(ScalarType type)
    {
        Dictionary<string, Tensor> saved = new()
        {
            ["matrix"] = torch.tensor([0.0, 1.5, 2.25, 3.0, 100.0, 250.0], [2, 3], dtype: ScalarType.Float64, device: CPU).to(type),
            ["scalar"] = torch.tensor(1.0, dtype: ScalarType.Float64, device: CPU).to(type),
            ["empty"] = torch.zeros([3, 0, 2], dtype: type, device: CPU),
            ["none"] = torch.zeros([0], dtype: type, device: CPU),
        };
        Safetensors.Save(_folder.File("a.safetensors"), saved);
        Dictionary<string, Tensor> loaded = Safetensors.Load(_folder.File("a.safetensors"));

        Assert.Equal(saved.Keys.Order(), loaded.Keys.Order());
        foreach ((string name, Tensor tensor) in loaded) TensorAssert.Identical(saved[name], tensor, name);
    }

    [Fact]
    public void Not_a_number_and_infinity_come_back()
    {
        float[] elements = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0.0f];
        Tensor special = torch.tensor(elements, dtype: ScalarType.Float32, device: CPU);
        Safetensors.Save(_folder.File("a.safetensors"), [new("special", special)]);

        TensorAssert.Identical(special, Safetensors.Load(_folder.File("a.safetensors"))["special"]);
    }

    [Fact]
    public void Tensors_that_are_strided_or_need_gradients_are_saved_by_their_elements()
    {
        Tensor grid = torch.arange(6, dtype: ScalarType.Float32, device: CPU).reshape(2, 3);
        Tensor parameter = nn.Parameter(torch.ones(2, dtype: ScalarType.Float32, device: CPU));
        Safetensors.Save(
            _folder.File("a.safetensors"),
            [new("transposed", grid.t()), new("column", grid[.., 1]), new("parameter", parameter)]);
        Dictionary<string, Tensor> loaded = Safetensors.Load(_folder.File("a.safetensors"));

        TensorAssert.Identical(grid.t(), loaded["transposed"]);
        TensorAssert.Identical(grid[.., 1], loaded["column"]);
        TensorAssert.Identical(parameter, loaded["parameter"]);
        Assert.False(loaded["parameter"].requires_grad);
    }

    [Fact]
    public void File_that_is_made_by_hand_equals_the_written_one_to_the_byte()
    {
        Dictionary<string, Tensor> tensors = new()
        {
            ["z.half"] = torch.tensor([1f], dtype: ScalarType.Float32, device: CPU).to(ScalarType.Float16),
            ["b"] = torch.tensor([1f, 2f], [1, 2], dtype: ScalarType.Float32, device: CPU),
            ["flag"] = torch.tensor(true, device: CPU),
            ["a\"é"] = torch.tensor([3f], dtype: ScalarType.Float32, device: CPU),
            ["count"] = torch.tensor(7L, dtype: ScalarType.Int64, device: CPU),
        };
        Safetensors.Save(_folder.File("a.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });

        const string Lines = """
            {"__metadata__":{"format":"pt"},
            "count":{"dtype":"I64","shape":[],"data_offsets":[0,8]},
            "a\"é":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
            "b":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]},
            "z.half":{"dtype":"F16","shape":[1],"data_offsets":[20,22]},
            "flag":{"dtype":"BOOL","shape":[],"data_offsets":[22,23]}}
            """;
        byte[] header = Encoding.UTF8.GetBytes(Lines.ReplaceLineEndings(""));
        byte[] padding = [.. Enumerable.Repeat((byte)' ', 7 - ((header.Length + 7) % 8))];
        byte[] data =
        [
            7, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0x40, 0x40,
            0, 0, 0x80, 0x3f, 0, 0, 0, 0x40,
            0, 0x3c,
            1,
        ];
        Assert.Equal(SafetensorsBytes.Of([.. header, .. padding], data), File.ReadAllBytes(_folder.File("a.safetensors")));
    }

    [Fact]
    public void Tensors_are_placed_by_falling_alignment_of_their_type_and_then_by_name()
    {
        ScalarType[] byAlignment =
        [
            ScalarType.Int64, ScalarType.Float64, ScalarType.Float32, ScalarType.Int32,
            ScalarType.BFloat16, ScalarType.Float16, ScalarType.Byte, ScalarType.Bool,
        ];
        IEnumerable<KeyValuePair<string, Tensor>> tensors = byAlignment.SelectMany(static (type, place) => new[]
        {
            KeyValuePair.Create($"{9 - place}.b", torch.zeros([1], dtype: type, device: CPU)),
            KeyValuePair.Create($"{9 - place}.a", torch.zeros([1], dtype: type, device: CPU)),
        });
        Safetensors.Save(_folder.File("a.safetensors"), tensors.Reverse());
        using SafetensorsFile file = Safetensors.Open(_folder.File("a.safetensors"));

        Assert.Equal(byAlignment.SelectMany(static (_, place) => new[] { $"{9 - place}.a", $"{9 - place}.b" }), file.Names.ToArray());
    }

    [Fact]
    public void File_without_tensors_is_the_one_that_the_format_s_own_writer_makes()
    {
        Safetensors.Save(_folder.File("a.safetensors"), []);

        Assert.Equal([8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8], File.ReadAllBytes(_folder.File("a.safetensors")));
        Assert.Empty(Safetensors.Load(_folder.File("a.safetensors")));
    }

    [Fact]
    public void Open_tells_names_types_shapes_and_metadata_before_anything_is_read()
    {
        Safetensors.Save(
            _folder.File("a.safetensors"),
            [
                new("b", torch.zeros([4], dtype: ScalarType.BFloat16, device: CPU)),
                new("a", torch.zeros([2, 3], dtype: ScalarType.Int32, device: CPU)),
            ],
            new Dictionary<string, string> { ["epoch"] = "3", ["note"] = "first\nsecond" });
        using SafetensorsFile file = Safetensors.Open(_folder.File("a.safetensors"));

        Assert.Equal(["a", "b"], file.Names.ToArray());
        Assert.Equal(ScalarType.BFloat16, file.TypeOf("b"));
        Assert.Equal([2L, 3L], file.ShapeOf("a").ToArray());
        Assert.Equal("first\nsecond", file.Metadata["note"]);
        Assert.Equal("3", file.Metadata["epoch"]);
    }

    [Fact]
    public void Tensors_may_lie_in_any_order_and_a_header_need_not_be_padded()
    {
        ReadOnlySpan<byte> header =
            """{"b":{"data_offsets":[4,6],"extra":[1],"shape":[2],"dtype":"U8"},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"""u8;
        File.WriteAllBytes(_folder.File("a.safetensors"), SafetensorsBytes.Of(header.ToArray(), [1, 2, 3, 4, 5, 6]));
        Dictionary<string, Tensor> loaded = Safetensors.Load(_folder.File("a.safetensors"));

        Assert.Equal([1, 2, 3, 4], loaded["a"].data<byte>().ToArray());
        Assert.Equal([5, 6], loaded["b"].data<byte>().ToArray());
    }

    [Fact]
    public void Any_byte_but_zero_is_true()
    {
        ReadOnlySpan<byte> header = """{"a":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}"""u8;
        File.WriteAllBytes(_folder.File("a.safetensors"), SafetensorsBytes.Of(header.ToArray(), [0, 1, 7]));

        Assert.Equal([false, true, true], Safetensors.Load(_folder.File("a.safetensors"))["a"].data<bool>().ToArray());
    }

    [Fact]
    public void Unknown_name_is_answered_with_the_nearest()
    {
        Tensor weight = torch.zeros([1], dtype: ScalarType.Float32, device: CPU);
        Safetensors.Save(_folder.File("a.safetensors"), [new("head.weight", weight)]);
        using SafetensorsFile file = Safetensors.Open(_folder.File("a.safetensors"));

        var exception = Assert.Throws<DeitException>(() => file.Read("heads.weight"));
        Assert.EndsWith(
            "a.safetensors' has no tensor 'heads.weight'. Did you mean 'head.weight'?", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loading_leaves_no_tensors_but_the_loaded_ones_in_the_caller_s_scope()
    {
        Tensor flags = torch.ones([2], dtype: ScalarType.Bool, device: CPU);
        Tensor counts = torch.ones([2], dtype: ScalarType.Int32, device: CPU);
        Safetensors.Save(_folder.File("a.safetensors"), [new("a", flags), new("b", counts)]);
        using DisposeScope scope = NewDisposeScope();
        Safetensors.Load(_folder.File("a.safetensors"));

        Assert.Equal(2, scope.DisposablesCount);
    }

    [SkippableFact]
    public void Tensors_are_saved_from_and_read_onto_a_gpu()
    {
        Device gpu = Devices.Require("cuda");
        Tensor tensor = torch.arange(6, dtype: ScalarType.Float32, device: gpu);
        Safetensors.Save(_folder.File("a.safetensors"), [new("a", tensor)]);
        using SafetensorsFile file = Safetensors.Open(_folder.File("a.safetensors"));
        Tensor read = file.Read("a", gpu);

        Assert.Equal(DeviceType.CUDA, read.device_type);
        TensorAssert.Identical(tensor, read);
    }
}
