using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The arguments of a call of the dispatcher, one to a slot of 64 bits. Tensors, texts, lists and optional arguments are objects
/// that the slots own: until the call they are this object's, from then on libtorch's, also when the call fails.
/// </summary>
internal unsafe ref struct DispatcherStack : IDisposable
{
    private readonly Span<ulong> _slots;
    private readonly Span<Action?> _releases;
    private int _count;

    /// <summary>Makes an empty stack.</summary>
    /// <param name="slots">As many as there are arguments or results, whichever are more.</param>
    /// <param name="releases">As many as there are arguments.</param>
    public DispatcherStack(Span<ulong> slots, Span<Action?> releases)
    {
        _slots = slots;
        _releases = releases;
    }

    /// <summary>Adds an argument.</summary>
    /// <param name="argument">The argument; a tensor stays its owner's, the slot gets a handle of its own.</param>
    /// <param name="isOptional">Whether the parameter may be left out: such a slot holds the address of another.</param>
    public void Push(AtenArgument argument, bool isOptional)
    {
        if (argument.Type is null)
        {
            _slots[_count++] = 0;
            return;
        }

        (ulong slot, Action? release) = Own(argument);
        if (isOptional)
        {
            ulong inner = slot;
            Action? releaseInner = release;

            // libtorch frees it as it frees its own.
            nint address = (nint)NativeMemory.Alloc(sizeof(ulong));
            *(ulong*)address = inner;
            slot = (ulong)address;
            release = () =>
            {
                releaseInner?.Invoke();
                NativeMemory.Free((void*)address);
            };
        }

        _releases[_count] = release;
        _slots[_count++] = slot;
    }

    /// <summary>Calls the operator, which takes the arguments over.</summary>
    /// <returns>0, or a code.</returns>
    public int Call(string name, string overload)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name + '\0');
        byte[] overloadBytes = Encoding.UTF8.GetBytes(overload + '\0');
        _count = 0;
        fixed (byte* namePointer = nameBytes, overloadPointer = overloadBytes)
        fixed (ulong* slots = _slots)
        {
            return LibTorch.CallDispatcher(namePointer, overloadPointer, slots);
        }
    }

    /// <summary>A tensor that the operator gave; null where it gave none.</summary>
    /// <param name="index">Which result.</param>
    public readonly Tensor? Result(int index)
    {
        var tensor = Tensor.UnsafeCreateTensor((nint)_slots[index]);
        if (tensor.Handle != 0 && IsDefined(tensor)) return tensor;

        tensor.Dispose();
        return null;
    }

    /// <summary>Frees what was pushed and not called.</summary>
    public void Dispose()
    {
        for (; _count > 0; _count--)
        {
            _releases[_count - 1]?.Invoke();
        }
    }

    private static bool IsDefined(Tensor tensor)
    {
        Aten.Check(LibTorch.aoti_torch_is_defined(tensor.Handle, out int defined), "aoti_torch_is_defined");
        return defined != 0;
    }

    private static (ulong Slot, Action? Release) Own(AtenArgument argument)
    {
        switch (argument.Reference)
        {
            case Tensor tensor:
                Aten.Check(LibTorch.aoti_torch_new_tensor_handle(tensor.Handle, out nint handle), "aoti_torch_new_tensor_handle");
                return ((ulong)handle, () => _ = LibTorch.aoti_torch_delete_tensor_object(handle));
            case string text:
                return OwnText(text);
            case long[] integers:
                return OwnList(Array.ConvertAll(integers, static value => (ulong)value));
            case bool[] booleans:
                return OwnList(Array.ConvertAll(booleans, static value => value ? 1UL : 0));
            default:
                return (argument.Bits, null);
        }
    }

    private static (ulong Slot, Action Release) OwnText(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        fixed (byte* pointer = bytes)
        {
            Aten.Check(LibTorch.torch_new_string_handle(pointer, (nuint)bytes.Length - 1, out nint handle), "torch_new_string_handle");
            return ((ulong)handle, () => _ = LibTorch.torch_delete_string(handle));
        }
    }

    private static (ulong Slot, Action Release) OwnList(ulong[] values)
    {
        Aten.Check(LibTorch.torch_new_list_reserve_size((nuint)values.Length, out nint handle), "torch_new_list_reserve_size");
        foreach (ulong value in values)
        {
            Aten.Check(LibTorch.torch_list_push_back(handle, value), "torch_list_push_back");
        }

        return ((ulong)handle, () => _ = LibTorch.torch_delete_list(handle));
    }
}
