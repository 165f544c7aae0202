using Deit.Checkpoints;
using Deit.Checkpoints.PyTorch;
using Deit.Tests.Support;
using TorchSharp;
using static Deit.Tests.Checkpoints.PickleBytes;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>Checkpoints that are damaged or made to do harm: one exception in one line, little memory, and nothing run.</summary>
public sealed class HostileFileTests : IDisposable
{
    private const long LittleMemory = 8 << 20;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly TorchBytes _torch = new();
    private readonly PickleItem _tensor;

    public HostileFileTests() => _tensor = _torch.Whole(ones([2], dtype: ScalarType.Float32, device: CPU));

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("posix", "system")]
    [InlineData("subprocess", "Popen")]
    [InlineData("builtins", "eval")]
    [InlineData("builtins", "exec")]
    [InlineData("__builtin__", "eval")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("collections.OrderedDict", "__class__")]
    [InlineData("System.Diagnostics.Process", "Start")]
    public void A_function_that_a_pickle_calls_is_not_called(string module, string name)
    {
        string canary = _folder.File("canary");
        PickleItem call = Call(module, name, Text($"touch {canary}"));
        PickleItem root = Dict(("model", Dict(("a", _tensor), ("b", call))), ("c", call), ("d", List(call)));
        foreach (bool legacy in (bool[])[false, true])
        {
            using WeightFile file = Open(legacy ? _torch.Legacy(root) : _torch.Zip(root));

            Assert.Equal(["a"], file.Names.AsEnumerable());
            Assert.Equal([1, 1], file.Read("a").Values());
            Assert.Contains($"'b' ({module}.{name})", file.Ignored);
            Assert.False(File.Exists(canary));
        }
    }

    [Fact]
    public void What_a_pickle_calls_and_throws_away_is_told_all_the_same()
    {
        PickleItem root = pickle =>
        {
            Call("os", "system", Text("true"))(pickle);
            pickle.Op(PickleOpcode.Pop);
            Dict(("a", _tensor))(pickle);
        };
        using WeightFile file = Open(_torch.Zip(root));

        Assert.Equal(["something made by os.system"], file.Ignored.AsEnumerable());
    }

    [Fact]
    public void A_call_of_the_result_of_a_call_is_not_made_either()
    {
        PickleItem call = static pickle =>
        {
            Call("builtins", "getattr", Global("os", "x"), Text("system"))(pickle);
            Tuple(Text("true"))(pickle);
            pickle.Op(PickleOpcode.Reduce);
            Dict(("x", None))(pickle);
            pickle.Op(PickleOpcode.Build);
        };
        PickleItem root = Dict(("a", _tensor), ("b", call));
        using WeightFile file = Open(_torch.Zip(root));

        Assert.Equal(["'b' (builtins.getattr)"], file.Ignored.AsEnumerable());
    }

    [Fact]
    public void No_nesting_overflows_the_stack()
    {
        const int Depth = 500_000;
        PickleItem deep = static pickle =>
        {
            for (int level = 0; level < Depth; level++) pickle.Op(PickleOpcode.EmptyList).Op(PickleOpcode.Mark);
            for (int level = 0; level < Depth; level++) pickle.Op(PickleOpcode.Appends).Op(PickleOpcode.Tuple1);
        };
        using WeightFile file = Open(_torch.Zip(Dict(("model", Dict(("a", _tensor))), ("deep", deep))));

        Assert.Equal(["'deep' (tuple)"], file.Ignored.AsEnumerable());
    }

    [Fact]
    public void A_container_may_hold_itself()
    {
        PickleItem root = pickle =>
        {
            Dict(("a", _tensor))(pickle);
            pickle.Op(PickleOpcode.BinPut, 0);
            Text("self")(pickle);
            pickle.Op(PickleOpcode.BinGet, 0).Op(PickleOpcode.SetItem);
        };
        using WeightFile file = Open(_torch.Zip(root));

        Assert.Equal(["a"], file.Names.AsEnumerable());
        Assert.Equal(["'self' (dict)"], file.Ignored.AsEnumerable());
    }

    [Fact]
    public void Doubling_a_list_by_reference_takes_no_more_memory_than_the_pickle()
    {
        PickleItem laughs = static pickle =>
        {
            pickle.Op(PickleOpcode.EmptyTuple);
            for (int level = 0; level < 1000; level++) pickle.Op(PickleOpcode.Dup).Op(PickleOpcode.Tuple2);
        };

        AssertLittleMemory(() => Open(_torch.Zip(Dict(("model", Dict(("a", _tensor))), ("laughs", laughs)))).Dispose());
    }

    [Theory]
    [InlineData((byte)PickleOpcode.EmptyDict, "more than 4000000 objects")]
    [InlineData((byte)PickleOpcode.Mark, "more than 4000000 objects")]
    public void More_objects_than_any_checkpoint_has_are_refused(byte opcode, string reason)
    {
        byte[] bomb = [.. Enumerable.Repeat(opcode, 4_100_000)];

        Refuse(_torch.Zip(pickle => pickle.Op(PickleOpcode.None, bomb)), reason);
    }

    [Fact]
    public void More_remembered_objects_than_any_checkpoint_has_are_refused()
    {
        byte[] bomb = [.. Enumerable.Repeat((byte)PickleOpcode.Memoize, 4_100_000)];

        Refuse(_torch.Zip(pickle => pickle.Op(PickleOpcode.None, bomb)), "more than 4000000 objects");
    }

    public static TheoryData<string, byte[], string> BrokenPickles => new()
    {
        { "nothing", [], "breaks off" },
        { "no end", [(byte)PickleOpcode.None], "breaks off" },
        { "a number of 4 GiB", [(byte)PickleOpcode.Long4, 0xff, 0xff, 0xff, 0xff], "a whole number of 4294967295 bytes" },
        { "a number of 2 KiB", [(byte)PickleOpcode.Long4, 0, 8, 0, 0], "a whole number of 2048 bytes" },
        { "a text of 4 GiB", [(byte)PickleOpcode.BinUnicode, 0xff, 0xff, 0xff, 0xff], "breaks off" },
        { "a text without end", [(byte)PickleOpcode.BinUnicode8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "breaks off" },
        { "bytes of 2 GiB", [(byte)PickleOpcode.BinBytes, 0, 0, 0, 0x80], "breaks off" },
        { "bytes without end", [(byte)PickleOpcode.BinBytes8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], "breaks off" },
        { "text that is none", [(byte)PickleOpcode.ShortBinUnicode, 2, 0xc3, 0x28], "not UTF-8" },
        { "an empty stack", "."u8.ToArray(), "takes from an empty stack" },
        { "a mark too few", "t."u8.ToArray(), "ends a list that it never began" },
        { "items below a mark", "N(a."u8.ToArray(), "takes from an empty stack" },
        { "a pair below a mark", [(byte)'N', (byte)'N', (byte)'(', 0x86, (byte)'.'], "takes from an empty stack" },
        { "an append to a number", "K\u0001Na."u8.ToArray(), "adds an item to something that is no list" },
        { "an item of a list", "]NNs."u8.ToArray(), "sets a key of something that is no dictionary" },
        { "a key without value", "}(Nu."u8.ToArray(), "sets a key without a value" },
        { "a call of a text", "U\u0001x)R."u8.ToArray(), "calls something that is neither a class nor a function" },
        { "a call without tuple", "cos\nsystem\nNR."u8.ToArray(), "arguments that are no tuple" },
        { "a state of a number", "K\u0001Nb."u8.ToArray(), "gives a state to something that has none" },
        { "a name of a number", [(byte)'K', 1, (byte)'K', 1, 0x93, (byte)'.'], "names a class by something that is no name" },
        { "a forgotten object", "h\u0007."u8.ToArray(), "refers to an object that is not there" },
        { "an extension", [0x82, 1, (byte)'.'], "the operation 0x82" },
        { "a text form", "I1\n."u8.ToArray(), "the operation 0x49" },
        { "a buffer from elsewhere", [0x97, (byte)'.'], "the operation 0x97" },
        { "a new protocol", [0x80, 6, (byte)'.'], "protocol 6" },
        { "a name without end", [(byte)'c', .. Enumerable.Repeat((byte)'a', 2000)], "a name without end" },
        { "a dictionary of something", "ccollections\nOrderedDict\n(NtR."u8.ToArray(), "calls collections.OrderedDict with arguments" },
        { "an id of a number", "K\u0001Q."u8.ToArray(), "outside itself that is no storage" },
    };

    [Theory]
    [MemberData(nameof(BrokenPickles))]
    public void A_broken_pickle_is_refused_with_the_reason(string what, byte[] operations, string reason)
    {
        Assert.NotEmpty(what);
        AssertLittleMemory(() => Refuse(ZipBytes.Of([new("a/data.pkl", operations)]), reason));
    }

    [Theory]
    [InlineData("module", "FloatStorage", 2, "no storage")]
    [InlineData("storage", "FloatStorage", -1, "no storage")]
    [InlineData("storage", "FloatStorage", 3, "should have 12 bytes, but has 8")]
    [InlineData("storage", "FloatStorage", long.MaxValue, "too large for any machine")]
    [InlineData("storage", "LongStorage", long.MaxValue / 8, "should have 9223372036854775800 bytes, but has 8")]
    [InlineData("storage", "ComplexFloatStorage", 2, "lies in a 'torch.ComplexFloatStorage', but only I64, F64")]
    public void A_storage_that_is_not_as_described_is_refused(string kind, string type, long count, string reason)
    {
        PickleItem storage = pickle =>
        {
            Tuple(Text(kind), Global("torch", type), Text("0"), Text("cpu"), Int(count))(pickle);
            pickle.Op(PickleOpcode.BinPersId);
        };

        AssertLittleMemory(() => Refuse(_torch.Zip(Dict(("a", PickleBytes.Tensor(storage, 0, [2], [1])))), reason));
    }

    [Fact]
    public void A_storage_that_is_not_there_or_described_twice_is_refused()
    {
        Refuse(_torch.Zip(Dict(("a", PickleBytes.Tensor(Storage("FloatStorage", "7", 2), 0, [2], [1])))), "storage '7' is not there");
        Refuse(_torch.Zip(Dict(("a", PickleBytes.Tensor(Storage("FloatStorage", "../0", 2), 0, [2], [1])))), "storage '../0' is not there");
        Refuse(_torch.Zip(Dict(("a", _tensor), ("b", Storage("IntStorage", "0", 2)))), "storage '0' has two types or sizes");
    }

    [Theory]
    [InlineData(0, new long[] { 3 }, new long[] { 1 }, "does not lie in its storage '0', which has 2 elements")]
    [InlineData(1, new long[] { 2 }, new long[] { 1 }, "does not lie in its storage")]
    [InlineData(0, new long[] { 2 }, new long[] { 2 }, "does not lie in its storage")]
    [InlineData(-1, new long[] { 2 }, new long[] { 1 }, "has a negative one of these")]
    [InlineData(1, new long[] { 2 }, new long[] { -1 }, "has a negative one of these")]
    [InlineData(0, new long[] { -2 }, new long[] { 1 }, "has a negative one of these")]
    [InlineData(long.MaxValue, new long[] { 2 }, new long[] { 1 }, "does not lie in its storage")]
    [InlineData(long.MaxValue, new long[] { 0 }, new long[] { 1 }, "does not lie in its storage")]
    [InlineData(0, new long[] { 2 }, new long[] { long.MaxValue }, "does not lie in its storage")]
    [InlineData(0, new long[] { 3, 3 }, new long[] { long.MaxValue / 2, long.MaxValue / 2 }, "does not lie in its storage")]
    [InlineData(0, new long[] { long.MaxValue, long.MaxValue }, new long[] { 0, 0 }, "too large for any machine")]
    [InlineData(0, new long[] { 0, long.MaxValue, 4 }, new long[] { 1, 1, 1 }, "too large for any machine")]
    [InlineData(0, new long[] { 2, 2 }, new long[] { 1 }, "has more of one than of the other")]
    [InlineData(0, new long[] { 1L << 40 }, new long[] { 0 }, "1 tensors would take 4398046511104 bytes, but the file has only")]
    public void A_tensor_that_does_not_lie_in_its_storage_is_refused(long offset, long[] shape, long[] strides, string reason)
    {
        PickleItem storage = Storage("FloatStorage", "0", 2);

        AssertLittleMemory(() => Refuse(_torch.Zip(Dict(("a", PickleBytes.Tensor(storage, offset, shape, strides)))), reason));
    }

    [Fact]
    public void A_tensor_of_more_dimensions_than_torch_has_is_refused()
    {
        long[] ones = [.. Enumerable.Repeat(1L, 65)];

        Refuse(_torch.Zip(Dict(("a", PickleBytes.Tensor(Storage("FloatStorage", "0", 2), 0, ones, ones)))), "calls torch._utils._rebuild_tensor_v2 with arguments");
    }

    [Fact]
    public void A_checkpoint_without_a_dictionary_of_tensors_is_refused()
    {
        Refuse(_torch.Zip(_tensor), "it holds no dictionary of tensors but tensor");
        Refuse(_torch.Zip(Object("models", "Net", ("a", _tensor))), "it holds no dictionary of tensors but models.Net: save the model's state_dict()");
        Refuse(_torch.Zip(Dict(("epoch", Int(1)))), "it holds no dictionary of tensors.");
        Refuse(_torch.Zip(Dict(("mine", Dict(("a", _tensor))))), "it holds tensors under 'mine': say which of these keys to take");
    }

    [Fact]
    public void A_key_that_is_not_there_is_refused_with_those_that_are()
    {
        string path = Write(_torch.Zip(Dict(("model", Dict(("a", _tensor))), ("epoch", Int(1)))));
        var exception = Assert.Throws<DeitException>(() => WeightFile.Open(path, "epoch"));

        Assert.Contains("it holds no dictionary of tensors under the key 'epoch', but under 'model'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_tensor_of_absurd_extents_is_read_as_empty()
    {
        foreach (string shape in (string[])["0,4611686018427387904", "4611686018427387904,0", "1099511627776,0,1048576"])
        {
            using WeightFile file = Open(SafetensorsBytes.Of($$$"""{"a":{"dtype":"U8","shape":[{{{shape}}}],"data_offsets":[0,0]}}""", 0));
            Assert.Equal(0, file.Read("a").numel());
        }

        PickleItem empty = PickleBytes.Tensor(Storage("FloatStorage", "0", 2), 0, [1L << 40, 0, 1L << 19], [long.MaxValue, long.MaxValue, 1]);
        using WeightFile pickled = Open(_torch.Zip(Dict(("a", empty))));
        Assert.Equal(0, pickled.Read("a").numel());
    }

    [Fact]
    public void Every_truncation_of_either_format_is_refused()
    {
        PickleItem root = Dict(("a", _tensor), ("b", PickleBytes.Tensor(Storage("FloatStorage", "0", 2), 1, [1], [1])));
        foreach (byte[] whole in (byte[][])[_torch.Zip(root), _torch.Legacy(root), _torch.Zip(root, wide: true)])
        {
            Open(whole).Dispose();
            for (int length = 0; length < whole.Length; length++) Refuse(whole[..length], "");
        }
    }

    [Fact]
    public void A_file_of_no_known_format_is_refused_with_what_it_begins_with()
    {
        Refuse("version https://git-lfs.github.com/spec/v1"u8.ToArray(), "neither a safetensors file nor a PyTorch checkpoint: it begins with the bytes 76657273696f6e2068. It looks like a pointer");
        Refuse([], "it begins with nothing, for it is empty");
        var exception = Assert.Throws<DeitException>(() => WeightFile.Open(_folder.Path));
        Assert.Contains("cannot be read", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "its first number is not that")]
    [InlineData(true, "it is not of version 1001")]
    public void Another_pickle_than_a_checkpoint_is_refused(bool magic, string reason)
    {
        byte[] legacy = _torch.Legacy(Dict(("a", _tensor)));
        Refuse(magic ? [.. legacy[..15], .. Of(Int(7))] : Of(Int(7)), reason);
    }

    [Fact]
    public void Another_byte_order_is_refused()
    {
        byte[] pickle = Of(Dict(("a", _tensor)));
        Refuse(ZipBytes.Of([new("a/data.pkl", pickle), new("a/byteorder", "big"u8.ToArray()), new("a/data/0", new byte[8])]), "byte order is not 'little'");
    }

    private WeightFile Open(byte[] content) => WeightFile.Open(Write(content));

    private string Write(byte[] content)
    {
        string path = _folder.File("a.pth");
        File.WriteAllBytes(path, content);
        return path;
    }

    private void Refuse(byte[] content, string reason)
    {
        string path = Write(content);
        var exception = Assert.Throws<DeitException>(() => WeightFile.Open(path).Dispose());
        Assert.Contains($"'{path}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.True(exception.Message.Length < 600, $"The message has {exception.Message.Length} characters.");
    }

    private static void AssertLittleMemory(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < LittleMemory, $"It took {taken} bytes.");
    }
}
