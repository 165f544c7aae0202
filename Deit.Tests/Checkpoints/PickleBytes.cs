using System.Buffers.Binary;
using System.Text;
using Deit.Checkpoints.PyTorch;

namespace Deit.Tests.Checkpoints;

/// <summary>Writes one object of a pickle.</summary>
internal delegate void PickleItem(PickleBytes pickle);

/// <summary>Makes pickles by hand, right ones and wrong ones, as Python's pickler of protocol 2 does.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [];

    /// <summary>A whole pickle.</summary>
    public static byte[] Of(PickleItem root, byte protocol = 2)
    {
        var pickle = new PickleBytes();
        pickle.Op(PickleOpcode.Proto, protocol);
        root(pickle);
        pickle.Op(PickleOpcode.Stop);
        return [.. pickle._bytes];
    }

    /// <summary>Any operation, with the bytes behind it.</summary>
    public PickleBytes Op(PickleOpcode opcode, params ReadOnlySpan<byte> argument)
    {
        _bytes.Add((byte)opcode);
        _bytes.AddRange(argument);
        return this;
    }

    /// <summary>An operation with a length or a number of 4 bytes, and the bytes behind it.</summary>
    public PickleBytes Op4(PickleOpcode opcode, uint number, params ReadOnlySpan<byte> rest)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        Op(opcode, bytes);
        _bytes.AddRange(rest);
        return this;
    }

    public static PickleItem None => static pickle => pickle.Op(PickleOpcode.None);

    public static PickleItem Bool(bool value) => pickle => pickle.Op(value ? PickleOpcode.NewTrue : PickleOpcode.NewFalse);

    public static PickleItem Text(string text) => pickle =>
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        pickle.Op4(PickleOpcode.BinUnicode, (uint)bytes.Length, bytes);
    };

    /// <summary>A whole number, in as few bytes as Python takes.</summary>
    public static PickleItem Int(long value) => pickle =>
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        if (value is >= 0 and <= byte.MaxValue) pickle.Op(PickleOpcode.BinInt1, bytes[..1]);
        else if (value is >= 0 and <= ushort.MaxValue) pickle.Op(PickleOpcode.BinInt2, bytes[..2]);
        else if (value is >= int.MinValue and <= int.MaxValue) pickle.Op(PickleOpcode.BinInt, bytes[..4]);
        else pickle.Op(PickleOpcode.Long1, [sizeof(long), .. bytes]);
    };

    public static PickleItem Ints(params long[] values) => Tuple([.. values.Select(Int)]);

    public static PickleItem Tuple(params PickleItem[] items) => pickle =>
    {
        pickle.Op(PickleOpcode.Mark);
        foreach (PickleItem item in items) item(pickle);
        pickle.Op(PickleOpcode.Tuple);
    };

    public static PickleItem List(params PickleItem[] items) => pickle =>
    {
        pickle.Op(PickleOpcode.EmptyList).Op(PickleOpcode.Mark);
        foreach (PickleItem item in items) item(pickle);
        pickle.Op(PickleOpcode.Appends);
    };

    public static PickleItem Dict(params (string Key, PickleItem Value)[] items) => pickle =>
    {
        pickle.Op(PickleOpcode.EmptyDict);
        SetItems(pickle, items);
    };

    /// <summary>An OrderedDict with an attribute, as <c>state_dict()</c> gives it.</summary>
    public static PickleItem OrderedDict(params (string Key, PickleItem Value)[] items) => pickle =>
    {
        Call("collections", "OrderedDict")(pickle);
        SetItems(pickle, items);
        Dict(("_metadata", Dict()))(pickle);
        pickle.Op(PickleOpcode.Build);
    };

    public static PickleItem Global(string module, string name) => pickle =>
        pickle.Op(PickleOpcode.Global, Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    /// <summary>The result of a function, or an object of a class.</summary>
    public static PickleItem Call(string module, string name, params PickleItem[] arguments) => pickle =>
    {
        Global(module, name)(pickle);
        Tuple(arguments)(pickle);
        pickle.Op(PickleOpcode.Reduce);
    };

    /// <summary>An object of a class, made as Python makes those that say nothing about pickling, and given its attributes.</summary>
    public static PickleItem Object(string module, string name, params (string Key, PickleItem Value)[] attributes) => pickle =>
    {
        Global(module, name)(pickle);
        pickle.Op(PickleOpcode.EmptyTuple).Op(PickleOpcode.NewObj);
        Dict(attributes)(pickle);
        pickle.Op(PickleOpcode.Build);
    };

    public static PickleItem Storage(string type, string key, long count) => pickle =>
    {
        Tuple(Text("storage"), Global("torch", type), Text(key), Text("cpu"), Int(count))(pickle);
        pickle.Op(PickleOpcode.BinPersId);
    };

    public static PickleItem Tensor(PickleItem storage, long offset, long[] shape, long[] strides) =>
        Call("torch._utils", "_rebuild_tensor_v2", storage, Int(offset), Ints(shape), Ints(strides), Bool(false), Call("collections", "OrderedDict"));

    private static void SetItems(PickleBytes pickle, (string Key, PickleItem Value)[] items)
    {
        pickle.Op(PickleOpcode.Mark);
        foreach ((string key, PickleItem value) in items)
        {
            Text(key)(pickle);
            value(pickle);
        }

        pickle.Op(PickleOpcode.SetItems);
    }
}
