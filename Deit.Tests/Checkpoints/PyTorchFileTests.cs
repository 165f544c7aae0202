using Deit.Checkpoints;
using Deit.Checkpoints.PyTorch;
using Deit.Tests.Support;
using TorchSharp;
using static Deit.Tests.Checkpoints.PickleBytes;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>PyTorch checkpoints of both formats, made by hand.</summary>
public sealed class PyTorchFileTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly TorchBytes _torch = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_reference_s_weights_give_its_logits(bool legacy)
    {
        PickleItem root = Dict(("model", _torch.State(ReferenceStudent.State())));
        WeightsReport report = ReferenceStudent.AssertAnswers(Write(root, legacy));

        Assert.True(report.IsComplete);
        Assert.Equal(legacy ? "PyTorch (legacy), 'model'" : "PyTorch (zip), 'model'", report.Format);
    }

    [Theory]
    [InlineData(ScalarType.Float16, "logits_of_fp16_weights")]
    [InlineData(ScalarType.BFloat16, "logits_of_bf16_weights")]
    public void The_reference_s_rounded_weights_give_their_logits(ScalarType type, string logits)
    {
        PickleItem root = _torch.State(ReferenceStudent.State().Select(entry => KeyValuePair.Create(entry.Key, entry.Value.to(type))));

        ReferenceStudent.AssertAnswers(Write(root), logits);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_type_of_elements_is_read_to_the_bit(bool legacy)
    {
        Dictionary<string, Tensor> tensors = new()
        {
            ["f64"] = Numbers(3, 4).to(ScalarType.Float64).mul(1e100),
            ["f32"] = Numbers(3, 4),
            ["f16"] = Numbers(3, 4).to(ScalarType.Float16),
            ["bf16"] = Numbers(3, 4).to(ScalarType.BFloat16),
            ["i64"] = torch.tensor([long.MinValue, -1L, long.MaxValue], dtype: ScalarType.Int64, device: CPU),
            ["i32"] = torch.tensor([int.MinValue, -1, int.MaxValue], dtype: ScalarType.Int32, device: CPU),
            ["i16"] = torch.tensor([short.MinValue, (short)-1, short.MaxValue], dtype: ScalarType.Int16, device: CPU),
            ["i8"] = torch.tensor([sbyte.MinValue, (sbyte)-1, sbyte.MaxValue], dtype: ScalarType.Int8, device: CPU),
            ["u8"] = torch.tensor([byte.MinValue, (byte)1, byte.MaxValue], dtype: ScalarType.Byte, device: CPU),
            ["bool"] = torch.tensor([true, false, true], dtype: ScalarType.Bool, device: CPU),
            ["scalar"] = torch.tensor(7f, dtype: ScalarType.Float32, device: CPU),
            ["empty"] = zeros([0, 3], dtype: ScalarType.Float32, device: CPU),
        };
        using WeightFile file = WeightFile.Open(Write(_torch.State(tensors), legacy));

        Assert.Equal(tensors.Keys, file.Names);
        foreach ((string name, Tensor expected) in tensors)
        {
            Assert.Equal(expected.shape, file.ShapeOf(name));
            TensorAssert.Identical(expected, file.Read(name), name);
        }
    }

    [Theory]
    [InlineData(0, new long[] { 6, 4 }, new long[] { 4, 1 })]
    [InlineData(0, new long[] { 4, 6 }, new long[] { 1, 4 })]
    [InlineData(5, new long[] { 2, 3 }, new long[] { 8, 1 })]
    [InlineData(1, new long[] { 3, 2 }, new long[] { 8, 2 })]
    [InlineData(23, new long[] { }, new long[] { })]
    [InlineData(7, new long[] { 3, 1, 5 }, new long[] { 0, 999, 1 })]
    [InlineData(0, new long[] { 5, 4 }, new long[] { 1, 1 })]
    [InlineData(24, new long[] { 0, 2 }, new long[] { 5, 1 })]
    public void A_view_is_read_as_torch_sees_it(long offset, long[] shape, long[] strides)
    {
        Tensor storage = Numbers(24);
        using WeightFile file = WeightFile.Open(Write(Dict(("view", PickleBytes.Tensor(_torch.Storage(storage), offset, shape, strides)))));
        Tensor expected = storage.as_strided(shape, strides, offset).contiguous();
        Tensor strided = zeros([.. shape.Append(2)], dtype: ScalarType.Float64, device: CPU).select(shape.Length, 1);

        TensorAssert.Identical(expected, file.Read("view"));
        file.ReadInto("view", strided);
        TensorAssert.Identical(expected.to(ScalarType.Float64), strided.contiguous());
    }

    [Fact]
    public void A_tensor_of_many_pieces_is_read_whole_whatever_its_strides()
    {
        long rows = (TensorReader.PieceBytes / 4 / 500) + 700;
        Tensor storage = arange(rows * 1001, dtype: ScalarType.Float32, device: CPU);
        PickleItem shared = _torch.Storage(storage);
        using WeightFile file = WeightFile.Open(Write(Dict(
            ("rows", PickleBytes.Tensor(shared, 0, [rows, 1001], [1001, 1])),
            ("columns", PickleBytes.Tensor(shared, 0, [1001, rows], [1, 1001])),
            ("sparse", PickleBytes.Tensor(shared, 3, [499, 2, rows - 1], [2, 1, 1001])))));

        TensorAssert.Identical(storage.view(rows, 1001), file.Read("rows"));
        TensorAssert.Identical(storage.view(rows, 1001).t(), file.Read("columns"));
        TensorAssert.Identical(storage.as_strided([499, 2, rows - 1], [2, 1, 1001], 3), file.Read("sparse"));
        Tensor half = empty([rows, 1001], dtype: ScalarType.BFloat16, device: CPU);
        file.ReadInto("rows", half);
        TensorAssert.Identical(storage.view(rows, 1001).to(ScalarType.BFloat16), half);
    }

    [Fact]
    public void A_tensor_of_as_many_dimensions_as_torch_has_is_read()
    {
        long[] shape = [2, .. Enumerable.Repeat(1L, 62), 2];
        using WeightFile file = WeightFile.Open(Write(Dict(
            ("a", PickleBytes.Tensor(_torch.Storage(Numbers(4)), 0, shape, [1, .. Enumerable.Repeat(1L, 62), 2])))));

        Assert.Equal(Numbers(2, 2).t().flatten().Values(), file.Read("a").flatten().Values());
    }

    [Fact]
    public void Tensors_that_share_their_elements_are_both_read()
    {
        PickleItem storage = _torch.Storage(Numbers(6));
        using WeightFile file = WeightFile.Open(Write(Dict(
            ("a", PickleBytes.Tensor(storage, 0, [2, 3], [3, 1])), ("b", PickleBytes.Tensor(storage, 2, [4], [1])))));

        Assert.Equal(Numbers(6).Values(), file.Read("a").flatten().Values());
        Assert.Equal(Numbers(6).Values()[2..], file.Read("b").Values());
    }

    [Fact]
    public void Truths_of_other_bytes_than_0_and_1_become_true()
    {
        PickleItem storage = _torch.Storage(torch.tensor([(byte)0, (byte)1, (byte)2, (byte)255], dtype: ScalarType.Byte, device: CPU));
        PickleItem asTruths = pickle => Tuple(Text("storage"), Global("torch", "BoolStorage"), Text("0"), Text("cpu"), Int(4))(pickle);
        Assert.NotNull(storage);
        using WeightFile file = WeightFile.Open(Write(Dict(
            ("a", PickleBytes.Tensor(pickle => { asTruths(pickle); pickle.Op(PickleOpcode.BinPersId); }, 0, [4], [1])))));

        TensorAssert.Identical(torch.tensor([false, true, true, true], dtype: ScalarType.Bool, device: CPU), file.Read("a"));
    }

    [Fact]
    public void Parameters_and_the_functions_of_older_versions_make_tensors()
    {
        PickleItem old = Call("torch._utils", "_rebuild_tensor", _torch.Storage(Numbers(4)), Int(1), Ints(3), Ints(1));
        using WeightFile file = WeightFile.Open(Write(Dict(
            ("old", old),
            ("parameter", Call("torch._utils", "_rebuild_parameter", old, Bool(true), Call("collections", "OrderedDict"))),
            ("stateful", Call("torch._utils", "_rebuild_parameter_with_state", old, Bool(true), Call("collections", "OrderedDict"), Dict())),
            ("sized", Call("torch._utils", "_rebuild_tensor", _torch.Storage(Numbers(2)), Int(0), Call("torch", "Size", Ints(2)), Ints(1))))));

        Assert.Equal(["old", "parameter", "stateful", "sized"], file.Names.AsEnumerable());
        Assert.Equal([1, 2, 3], file.Read("parameter").Values());
        Assert.Equal([0, 1], file.Read("sized").Values());
    }

    [Theory]
    [InlineData(null, "model")]
    [InlineData("model_ema", "model_ema")]
    [InlineData("mine", "mine")]
    public void The_key_chooses_the_dictionary_and_model_is_the_first_choice(string? key, string chosen)
    {
        PickleItem root = Dict(
            ("mine", Dict(("mine", _torch.Whole(Numbers(1))))),
            ("model_ema", Dict(("model_ema", _torch.Whole(Numbers(1))))),
            ("state_dict", Dict(("state_dict", _torch.Whole(Numbers(1))))),
            ("model", Dict(("model", _torch.Whole(Numbers(1))))));
        using WeightFile file = WeightFile.Open(Write(root), key);

        Assert.Equal([chosen], file.Names.AsEnumerable());
        Assert.Equal($"PyTorch (zip), '{chosen}'", file.Format);
    }

    [Fact]
    public void All_else_in_a_checkpoint_is_told_with_its_type()
    {
        PickleItem root = Dict(
            ("state_dict", Dict(("a", _torch.Whole(Numbers(1))), ("_extra_state", None), ("version", Int(1L << 40)))),
            ("optimizer", Dict(("state", Dict(("0", Dict(("exp_avg", _torch.Whole(Numbers(1))))))))),
            ("epoch", Int(299)),
            ("arch", Text("deit")),
            ("args", Object("argparse", "Namespace", ("lr", Text("5e-4")), ("model", Text("deit")))),
            ("metric", Call("numpy.core.multiarray", "scalar", Call("numpy", "dtype", Text("f8")), Text("x"))),
            ("dtype", Global("torch", "float32")),
            ("device", Call("torch", "device", Text("cuda"), Int(0))));
        using WeightFile file = WeightFile.Open(Write(root));

        Assert.Equal(["a"], file.Names.AsEnumerable());
        Assert.Equal(
            [
                "'optimizer' (dict)", "'epoch' (int)", "'arch' (str)", "'args' (argparse.Namespace)", "'metric' (numpy.core.multiarray.scalar)",
                "'dtype' (torch.float32)", "'device' (torch.device)", "'_extra_state' (None)", "'version' (int)", "something made by numpy.dtype",
            ],
            file.Ignored.AsEnumerable());
    }

    [Fact]
    public void The_later_of_two_values_of_a_key_stands_as_in_Python()
    {
        PickleItem root = Dict(("a", _torch.Whole(Numbers(3))), ("b", _torch.Whole(Numbers(2))), ("a", _torch.Whole(Numbers(1))));
        using WeightFile file = WeightFile.Open(Write(root));

        Assert.Equal(["a", "b"], file.Names.AsEnumerable());
        Assert.Equal([1], file.ShapeOf("a").AsEnumerable());
    }

    [Fact]
    public void Operations_of_all_protocols_are_understood()
    {
        PickleItem tensor = _torch.Whole(Numbers(2));
        PickleItem root = pickle =>
        {
            pickle.Op(PickleOpcode.Frame, new byte[8]).Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Memoize);
            pickle.Op(PickleOpcode.ShortBinUnicode, [1, .. "a"u8]);
            tensor(pickle);
            pickle.Op(PickleOpcode.LongBinPut, 9, 1, 0, 0).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.BinUnicode8, [1, .. new byte[7], .. "b"u8]).Op(PickleOpcode.LongBinGet, 9, 1, 0, 0).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.ShortBinString, [1, .. "x"u8]).Op(PickleOpcode.BinFloat, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0).Op(PickleOpcode.SetItem);
            pickle.Op4(PickleOpcode.BinString, 1, 0xff).Op(PickleOpcode.ShortBinBytes, 2, 1, 2).Op(PickleOpcode.SetItem);
            pickle.Op4(PickleOpcode.BinUnicode, 1, (byte)'y').Op4(PickleOpcode.BinBytes, 1, 7).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.BinInt1, 3).Op(PickleOpcode.BinBytes8, [1, .. new byte[7], 9]).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.BinInt1, 4).Op(PickleOpcode.ByteArray8, [1, .. new byte[7], 9]).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.BinInt1, 5).Op(PickleOpcode.EmptySet).Op(PickleOpcode.Mark).Op(PickleOpcode.None).Op(PickleOpcode.AddItems).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.BinInt1, 6).Op(PickleOpcode.Mark).Op(PickleOpcode.None).Op(PickleOpcode.FrozenSet).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.BinInt1, 7).Op(PickleOpcode.EmptyList).Op(PickleOpcode.None).Op(PickleOpcode.Append).Op(PickleOpcode.SetItem);
            pickle.Op4(PickleOpcode.Long4, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1).Op(PickleOpcode.None).Op(PickleOpcode.Tuple1).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.Long1, 0).Op(PickleOpcode.None).Op(PickleOpcode.Dup).Op(PickleOpcode.Tuple2).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.Long1, 1, 0xff).Op(PickleOpcode.ShortBinUnicode, [1, .. "m"u8]).Op(PickleOpcode.ShortBinUnicode, [1, .. "C"u8]);
            pickle.Op(PickleOpcode.StackGlobal).Op(PickleOpcode.EmptyTuple).Op(PickleOpcode.EmptyDict).Op(PickleOpcode.NewObjEx).Op(PickleOpcode.SetItem);
            pickle.Op(PickleOpcode.None).Op(PickleOpcode.Pop).Op(PickleOpcode.Mark).Op(PickleOpcode.Pop).Op(PickleOpcode.Mark).Op(PickleOpcode.None).Op(PickleOpcode.PopMark);
            pickle.Op(PickleOpcode.None).Op(PickleOpcode.None).Op(PickleOpcode.None).Op(PickleOpcode.Tuple3).Op(PickleOpcode.Pop);
            pickle.Op(PickleOpcode.BinGet, 0).Op(PickleOpcode.Pop);
        };
        string path = _folder.File("a");
        File.WriteAllBytes(path, _torch.Zip(root, protocol: 5));
        using WeightFile file = WeightFile.Open(path);

        Assert.Equal(["a", "b"], file.Names.AsEnumerable());
        Assert.Equal([0, 1], file.Read("b").Values());
        Assert.Equal(["'x' (float)", "'\u00ff' (bytes)", "'y' (bytes)", "something made by m.C"], file.Ignored.AsEnumerable());
    }

    [Fact]
    public void Sizes_of_64_bits_are_read()
    {
        string path = _folder.File("a");
        File.WriteAllBytes(path, _torch.Zip(Dict(("a", _torch.Whole(Numbers(3)))), wide: true));
        using WeightFile file = WeightFile.Open(path);

        Assert.Equal([0, 1, 2], file.Read("a").Values());
    }

    [Fact]
    public void Opening_and_reading_leave_no_tensors()
    {
        string path = Write(_torch.State(ReferenceStudent.State()));

        Assert.Equal(0, Tensors.LeftBehind(() =>
        {
            using WeightFile file = WeightFile.Open(path);
            foreach (string name in file.Names) file.Read(name).Dispose();
        }));
    }

    private static Tensor Numbers(params long[] shape) =>
        arange(shape.Aggregate(1L, static (product, extent) => product * extent), dtype: ScalarType.Float32, device: CPU).view(shape);

    private string Write(PickleItem root, bool legacy = false)
    {
        string path = _folder.File("checkpoint");
        File.WriteAllBytes(path, legacy ? _torch.Legacy(root) : _torch.Zip(root));
        return path;
    }
}
