using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// Operators of libtorch that TorchSharp does not offer, above all those that write into memory which is there already. They are
/// called through PyTorch's stable C interface, on the device of their arguments; autograd does not see them.
/// </summary>
/// <remarks>Arguments are checked before the call, since libtorch tells nothing but that a call failed.</remarks>
public static class Aten
{
    /// <summary>Whether the loaded libtorch offers the interface. <see cref="Fused"/> works without it, by TorchSharp's operators.</summary>
    /// <exception cref="DeitException">The loaded libtorch is of another version than Deit was made for.</exception>
    public static bool IsAvailable => LibTorch.IsAvailable;

    /// <summary>result = beta · self + alpha · a b.</summary>
    /// <param name="result">Rows x columns, overwritten; may be <paramref name="self"/>.</param>
    /// <param name="self">Rows x columns, or columns, which counts for every row.</param>
    /// <param name="a">Rows x n.</param>
    /// <param name="b">N x columns.</param>
    /// <param name="beta">The factor of self.</param>
    /// <param name="alpha">The factor of the product.</param>
    /// <exception cref="ArgumentException">Shapes, types or devices do not fit together.</exception>
    public static void AddMmOut(Tensor result, Tensor self, Tensor a, Tensor b, double beta = 1, double alpha = 1)
    {
        const string Name = "aten::addmm.out";
        CheckProduct(Name, 2, result, a, b);
        CheckLikes(Name, result, self);
        long[] shape = self.shape;
        if (shape.Length is not (1 or 2) || shape[^1] != result.shape[1] || (shape.Length == 2 && shape[0] != result.shape[0]))
        {
            throw Mismatch(Name, result, self, a, b);
        }

        AddMmOut(result.device_type, result.Handle, self.Handle, a.Handle, b.Handle, beta, alpha);
    }

    /// <summary>result = a b.</summary>
    /// <param name="result">Rows x columns, overwritten.</param>
    /// <param name="a">Rows x n.</param>
    /// <param name="b">N x columns.</param>
    /// <exception cref="ArgumentException">Shapes, types or devices do not fit together.</exception>
    public static void MmOut(Tensor result, Tensor a, Tensor b)
    {
        CheckProduct("aten::mm.out", 2, result, a, b);
        MmOut(result.device_type, result.Handle, a.Handle, b.Handle);
    }

    /// <summary>result = a b for every matrix of a batch.</summary>
    /// <param name="result">Batch x rows x columns, overwritten.</param>
    /// <param name="a">Batch x rows x n.</param>
    /// <param name="b">Batch x n x columns.</param>
    /// <exception cref="ArgumentException">Shapes, types or devices do not fit together.</exception>
    public static void BmmOut(Tensor result, Tensor a, Tensor b)
    {
        const string Name = "aten::bmm.out";
        CheckProduct(Name, 3, result, a, b);
        if (result.shape[0] != a.shape[0] || result.shape[0] != b.shape[0]) throw Mismatch(Name, result, a, b);

        int code = result.device_type == DeviceType.CUDA
            ? LibTorch.BmmOutCuda(result.Handle, a.Handle, b.Handle)
            : LibTorch.BmmOutCpu(result.Handle, a.Handle, b.Handle);
        Check(code, Name, result, a, b);
    }

    /// <summary>Calls an operator through libtorch's dispatcher.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="arguments">All its arguments, in the schema's order. Tensors stay their owners'.</param>
    /// <returns>What it gives, for the caller to dispose; null where it gives an undefined tensor.</returns>
    /// <exception cref="ArgumentException">The schema takes other arguments.</exception>
    /// <exception cref="InvalidOperationException">The operator failed; libtorch wrote why to standard error.</exception>
    public static Tensor?[] Dispatch(AtenOperator operation, params ReadOnlySpan<AtenArgument> arguments)
    {
        operation.Check(arguments);
        Require();
        Span<ulong> slots = stackalloc ulong[Math.Max(arguments.Length, operation.Results)];
        using var stack = new DispatcherStack(slots, new Action?[arguments.Length]);
        for (int index = 0; index < arguments.Length; index++)
        {
            stack.Push(arguments[index], operation.Parameters[index].IsOptional);
        }

        using (no_grad())
        {
            if (stack.Call(operation.Name, operation.Overload) != 0)
            {
                throw Failed(operation.ToString(), string.Join(", ", arguments.ToArray()));
            }
        }

        var results = new Tensor?[operation.Results];
        for (int index = 0; index < results.Length; index++)
        {
            results[index] = stack.Result(index);
        }

        return results;
    }

    /// <summary>Whether the functions that write into given memory are there for a kind of device.</summary>
    internal static bool Serves(DeviceType device) => device is (DeviceType.CPU or DeviceType.CUDA) && IsAvailable;

    /// <summary>Where the elements of a tensor begin, on whichever device; of one that libtorch's interface does not serve, 0 unless it is on the CPU.</summary>
    internal static nint AddressOf(Tensor tensor)
    {
        if (Serves(tensor.device_type))
        {
            Check(LibTorch.aoti_torch_get_data_ptr(tensor.Handle, out nint address), "data_ptr", tensor);
            return address;
        }

        using var first = new Matrix(tensor, tensor.storage_offset(), 1, 1);
        return first.Address;
    }

    /// <summary>For messages: <c>(16, 197) Float32 cpu</c>.</summary>
    internal static string Describe(Tensor tensor) => $"({string.Join(", ", tensor.shape)}) {tensor.dtype} {tensor.device}";

    /// <summary>As the public one, for handles whose tensors fit together.</summary>
    internal static void AddMmOut(DeviceType device, nint result, nint self, nint a, nint b, double beta, double alpha) => Check(
        device == DeviceType.CUDA ? LibTorch.AddMmOutCuda(result, self, a, b, beta, alpha) : LibTorch.AddMmOutCpu(result, self, a, b, beta, alpha),
        "aten::addmm.out");

    /// <summary>As the public one, for handles whose tensors fit together.</summary>
    internal static void MmOut(DeviceType device, nint result, nint a, nint b) =>
        Check(device == DeviceType.CUDA ? LibTorch.MmOutCuda(result, a, b) : LibTorch.MmOutCpu(result, a, b), "aten::mm.out");

    /// <summary>Throws where a call gave a code.</summary>
    internal static void Check(int code, string name, params ReadOnlySpan<Tensor> arguments)
    {
        if (code != 0) throw Failed(name, Describe(arguments));
    }

    private static void Require()
    {
        if (!IsAvailable) throw new DeitException("The loaded libtorch does not offer PyTorch's C interface, through which this operator is called.");
    }

    private static void CheckProduct(string name, int dimensions, Tensor result, Tensor a, Tensor b)
    {
        Require();
        if (result.dim() != dimensions || a.dim() != dimensions || b.dim() != dimensions) throw Mismatch(name, result, a, b);

        CheckLikes(name, result, a);
        CheckLikes(name, result, b);
        long[] shape = result.shape;
        long[] left = a.shape;
        long[] right = b.shape;
        if (left[^1] != right[^2] || shape[^2] != left[^2] || shape[^1] != right[^1]) throw Mismatch(name, result, a, b);
    }

    private static void CheckLikes(string name, Tensor result, Tensor argument)
    {
        if (result.dtype != argument.dtype || result.device_type != argument.device_type || result.device_index != argument.device_index)
        {
            throw Mismatch(name, result, argument);
        }
    }

    private static ArgumentException Mismatch(string name, params ReadOnlySpan<Tensor> tensors) =>
        new($"{name}: these tensors do not fit together: {Describe(tensors)}.");

    private static InvalidOperationException Failed(string name, string arguments) =>
        new($"{name} failed{(arguments.Length == 0 ? "" : $" for {arguments}")}; libtorch wrote why to standard error.");

    private static string Describe(ReadOnlySpan<Tensor> tensors)
    {
        var texts = new List<string>(tensors.Length);
        foreach (Tensor tensor in tensors) texts.Add(Describe(tensor));
        return string.Join(", ", texts);
    }
}
