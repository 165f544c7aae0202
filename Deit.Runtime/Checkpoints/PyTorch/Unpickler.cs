using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Deit.Checkpoints.PyTorch;

/// <summary>
/// Reads a pickle, the format of Python's objects, without running any of it. A pickle is a program for a stack machine, and
/// Python's own reader calls whatever function the program names. This one makes containers, numbers, texts and descriptions of
/// tensors; every other name becomes a <see cref="ForeignObject"/>.
/// </summary>
/// <remarks>
/// The machine keeps its stack on the heap, so that no nesting overflows the program's; what it makes is counted, and every length
/// is compared with the bytes that are left. See PEP 3154 and Python's pickletools for the operations.
/// </remarks>
/// <param name="reader">The pickle's bytes.</param>
/// <param name="storages">Where the persistent ids that name storages are declared.</param>
internal sealed class Unpickler(PickleReader reader, PickledStorages storages)
{
    /// <summary>The longest pickle, in bytes.</summary>
    public const long MaxBytes = 100_000_000;

    /// <summary>How many objects a pickle may put on the stack or into the memo. A tensor takes about 30.</summary>
    public const int MaxObjects = 4_000_000;

    private const byte NewestProtocol = 5;

    // Python has whole numbers of any length; the longest that checkpoints hold are states of random generators' counters.
    private const uint LongestNumber = 1024;

    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly HashSet<string> _foreign = new(StringComparer.Ordinal);
    private int _objects;

    /// <summary>The classes and functions that the pickle names and that nothing was done with.</summary>
    public IReadOnlyCollection<string> Foreign => _foreign;

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    /// <summary>Reads the object.</summary>
    /// <exception cref="InvalidDataException">The pickle is malformed or too large; the message says how.</exception>
    public object? Load()
    {
        while (true)
        {
            var opcode = (PickleOpcode)reader.ReadByte();
            if (opcode == PickleOpcode.Stop) return Pop();
            if (!LoadScalar(opcode) && !LoadContainer(opcode) && !LoadReference(opcode) && !LoadObject(opcode))
            {
                throw new InvalidDataException(
                    $"its pickle has the operation 0x{(byte)opcode:x2} at byte {reader.Position - 1}, which PyTorch does not write");
            }
        }
    }

    private bool LoadScalar(PickleOpcode opcode)
    {
        object? scalar;
        switch (opcode)
        {
            case PickleOpcode.None: scalar = null; break;
            case PickleOpcode.NewTrue: scalar = true; break;
            case PickleOpcode.NewFalse: scalar = false; break;
            case PickleOpcode.BinInt1: scalar = (long)reader.ReadByte(); break;
            case PickleOpcode.BinInt2: scalar = (long)reader.ReadUInt16(); break;
            case PickleOpcode.BinInt: scalar = (long)reader.ReadInt32(); break;
            case PickleOpcode.Long1: scalar = ReadNumber(reader.ReadByte()); break;
            case PickleOpcode.Long4: scalar = ReadNumber(reader.ReadUInt32()); break;
            case PickleOpcode.BinFloat: scalar = reader.ReadDouble(); break;
            case PickleOpcode.ShortBinString: scalar = Encoding.Latin1.GetString(reader.ReadBytes(reader.ReadByte())); break; // Python 2
            case PickleOpcode.BinString: scalar = Encoding.Latin1.GetString(reader.ReadBytes(reader.ReadUInt32())); break;
            case PickleOpcode.ShortBinUnicode: scalar = reader.ReadText(reader.ReadByte()); break;
            case PickleOpcode.BinUnicode: scalar = reader.ReadText(reader.ReadUInt32()); break;
            case PickleOpcode.BinUnicode8: scalar = reader.ReadText(reader.ReadUInt64()); break;
            case PickleOpcode.ShortBinBytes: scalar = reader.ReadBytes(reader.ReadByte()); break;
            case PickleOpcode.BinBytes: scalar = reader.ReadBytes(reader.ReadUInt32()); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: scalar = reader.ReadBytes(reader.ReadUInt64()); break;
            default: return false;
        }

        Push(scalar);
        return true;
    }

    private bool LoadContainer(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.EmptyTuple: Push(new PickledTuple([])); break;
            case PickleOpcode.Tuple1: Push(new PickledTuple(Pop(1))); break;
            case PickleOpcode.Tuple2: Push(new PickledTuple(Pop(2))); break;
            case PickleOpcode.Tuple3: Push(new PickledTuple(Pop(3))); break;
            case PickleOpcode.Tuple: Push(new PickledTuple(PopMark())); break;
            case PickleOpcode.EmptyList or PickleOpcode.EmptySet: Push(new PickledList()); break;
            case PickleOpcode.EmptyDict: Push(new PickledDictionary()); break;
            case PickleOpcode.FrozenSet: Push(ListOf(PopMark())); break;
            case PickleOpcode.Append: AddTo(Pop(1)); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: AddTo(PopMark()); break;
            case PickleOpcode.SetItem: SetIn(Pop(2)); break;
            case PickleOpcode.SetItems: SetIn(PopMark()); break;
            default: return false;
        }

        return true;
    }

    private bool LoadReference(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Mark: Count(); _marks.Add(_stack.Count); break;
            case PickleOpcode.Pop: PopOrUnmark(); break;
            case PickleOpcode.PopMark: PopMark(); break;
            case PickleOpcode.Dup: Push(Peek()); break;
            case PickleOpcode.BinGet: Push(Remembered(reader.ReadByte())); break;
            case PickleOpcode.LongBinGet: Push(Remembered(reader.ReadUInt32())); break;
            case PickleOpcode.BinPut: Remember(reader.ReadByte()); break;
            case PickleOpcode.LongBinPut: Remember(reader.ReadUInt32()); break;
            case PickleOpcode.Memoize: Remember((uint)_memo.Count); break;
            case PickleOpcode.Frame: reader.ReadUInt64(); break; // how far the writer's buffer reached: nothing to rely on
            case PickleOpcode.Proto: RequireProtocol(reader.ReadByte()); break;
            default: return false;
        }

        return true;
    }

    private bool LoadObject(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Global: Push(new PickledGlobal($"{reader.ReadLine()}.{reader.ReadLine()}")); break;
            case PickleOpcode.StackGlobal: Push(GlobalOf(Pop(2))); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Push(Call(Pop(2))); break;
            case PickleOpcode.NewObjEx: Push(Call(Pop(3))); break;
            case PickleOpcode.BinPersId: Push(storages.Declare(Pop())); break;
            case PickleOpcode.Build: Build(); break;
            default: return false;
        }

        return true;
    }

    private object ReadNumber(uint length)
    {
        if (length > LongestNumber) throw new InvalidDataException($"its pickle holds a whole number of {length} bytes");
        byte[] bytes = reader.ReadBytes(length);
        if (length > sizeof(long)) return new BigInteger(bytes);

        // The lowest byte first, and the sign of the highest one continued.
        Span<byte> whole = stackalloc byte[sizeof(long)];
        whole.Fill(length > 0 && bytes[^1] >= 0x80 ? (byte)0xff : (byte)0);
        bytes.CopyTo(whole);
        return BinaryPrimitives.ReadInt64LittleEndian(whole);
    }

    private static PickledGlobal GlobalOf(ImmutableArray<object?> names) => names is [string module, string name]
        ? new($"{module}.{name}")
        : throw new InvalidDataException("its pickle names a class by something that is no name");

    /// <summary>What Python would call. Arguments by name, the third item of an extended call, no known class has.</summary>
    private object? Call(ImmutableArray<object?> call)
    {
        if (call[1] is not PickledTuple arguments)
            throw new InvalidDataException("its pickle calls something with arguments that are no tuple");
        switch (call[0])
        {
            case PickledGlobal global when KnownGlobals.TryCall(global.Name, arguments.Items, out object? result):
                return result;
            case PickledGlobal global:
                _foreign.Add(global.Name);
                return new ForeignObject(global.Name);
            case ForeignObject foreign:
                return foreign;
            default:
                throw new InvalidDataException("its pickle calls something that is neither a class nor a function");
        }
    }

    /// <summary>Where Python would give an object its attributes: nothing here has any that matter.</summary>
    private void Build()
    {
        Pop();
        if (Peek() is not (PickledDictionary or PickledList or PickledTensor or ForeignObject))
            throw new InvalidDataException("its pickle gives a state to something that has none");
    }

    private static PickledList ListOf(ImmutableArray<object?> items)
    {
        var list = new PickledList();
        list.Add(items.AsSpan());
        return list;
    }

    private void AddTo(ImmutableArray<object?> items)
    {
        switch (Peek())
        {
            case PickledList list: list.Add(items.AsSpan()); break;
            case ForeignObject: break;
            default: throw new InvalidDataException("its pickle adds an item to something that is no list");
        }
    }

    private void SetIn(ImmutableArray<object?> items)
    {
        if (items.Length % 2 != 0) throw new InvalidDataException("its pickle sets a key without a value");
        switch (Peek())
        {
            case PickledDictionary dictionary:
                for (int index = 0; index < items.Length; index += 2) dictionary.Set(items[index], items[index + 1]);
                break;
            case ForeignObject:
                break;
            default:
                throw new InvalidDataException("its pickle sets a key of something that is no dictionary");
        }
    }

    private static void RequireProtocol(byte protocol)
    {
        if (protocol > NewestProtocol) throw new InvalidDataException($"its pickle is of protocol {protocol}, newer than {NewestProtocol}");
    }

    private void Push(object? value)
    {
        Count();
        _stack.Add(value);
    }

    private object? Peek()
    {
        if (_stack.Count <= Floor) throw new InvalidDataException("its pickle takes from an empty stack");
        return _stack[^1];
    }

    private object? Pop()
    {
        object? top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private ImmutableArray<object?> Pop(int count)
    {
        if (_stack.Count - count < Floor) throw new InvalidDataException("its pickle takes from an empty stack");
        return TakeFrom(_stack.Count - count);
    }

    private ImmutableArray<object?> PopMark()
    {
        if (_marks.Count == 0) throw new InvalidDataException("its pickle ends a list that it never began");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return TakeFrom(mark);
    }

    private ImmutableArray<object?> TakeFrom(int start)
    {
        ImmutableArray<object?> items = ImmutableArray.Create<object?>(CollectionsMarshal.AsSpan(_stack)[start..]);
        _stack.RemoveRange(start, _stack.Count - start);
        return items;
    }

    /// <summary>The operation that takes the top of the stack takes a mark where that is on top.</summary>
    private void PopOrUnmark()
    {
        if (_marks.Count > 0 && _marks[^1] == _stack.Count) _marks.RemoveAt(_marks.Count - 1);
        else Pop();
    }

    private object? Remembered(uint place) =>
        _memo.TryGetValue(place, out object? value) ? value : throw new InvalidDataException("its pickle refers to an object that is not there");

    private void Remember(uint place)
    {
        _memo[place] = Peek();
        if (_memo.Count > MaxObjects) throw TooMany();
    }

    private void Count()
    {
        if (++_objects > MaxObjects) throw TooMany();
    }

    private static InvalidDataException TooMany() => new($"its pickle holds more than {MaxObjects} objects");
}
