using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Deit.Operators;

/// <summary>
/// PyTorch's stable C interface (torch/csrc/stable/c/shim.h and torch/csrc/inductor/aoti_torch/c/shim.h of PyTorch 2.10), which
/// libtorch exports beside everything else. A <c>Tensor.Handle</c> of TorchSharp is the tensor handle that it takes. Every function
/// gives 0, or a code that something failed; what failed, it writes to standard error.
/// </summary>
internal static unsafe partial class LibTorch
{
    private const string Cpu = "torch_cpu";
    private const string Cuda = "torch_cuda";

    /// <summary>Version 2.10 as the interface writes versions: major, minor and patch in a byte each, from the top.</summary>
    private const ulong Version = (2UL << 56) | (10UL << 48);

    private static readonly Lazy<ulong?> Found = new(Probe);

    /// <summary>Whether the library that is loaded offers the interface. Where it does not, TorchSharp does the work.</summary>
    /// <exception cref="DeitException">It offers that of another version.</exception>
    public static bool IsAvailable
    {
        get
        {
            if (Found.Value is not { } version) return false;

            CheckVersion(version);
            return true;
        }
    }

    /// <summary>Refuses a library whose operators may take other arguments.</summary>
    /// <param name="version">As the interface writes it.</param>
    /// <exception cref="DeitException">It is not 2.10.</exception>
    public static void CheckVersion(ulong version)
    {
        if (version >> 48 != Version >> 48)
        {
            throw new DeitException(string.Create(
                CultureInfo.InvariantCulture,
                $"libtorch {version >> 56}.{(version >> 48) & 0xFF} is loaded, but Deit calls operators of libtorch 2.10; ")
                + "reference that version of the libtorch package.");
        }
    }

    /// <summary>Calls an operator through the dispatcher. Arguments are taken over from the stack, results given over on it.</summary>
    public static int CallDispatcher(byte* name, byte* overload, ulong* stack) => torch_call_dispatcher(name, overload, stack, Version);

    [LibraryImport(Cpu)]
    public static partial int aoti_torch_new_tensor_handle(nint tensor, out nint result);

    [LibraryImport(Cpu)]
    public static partial int aoti_torch_delete_tensor_object(nint tensor);

    [LibraryImport(Cpu)]
    public static partial int aoti_torch_is_defined(nint tensor, out int result);

    [LibraryImport(Cpu)]
    public static partial int aoti_torch_get_data_ptr(nint tensor, out nint result);

    [LibraryImport(Cpu)]
    public static partial int torch_new_string_handle(byte* text, nuint length, out nint result);

    [LibraryImport(Cpu)]
    public static partial int torch_delete_string(nint text);

    [LibraryImport(Cpu)]
    public static partial int torch_new_list_reserve_size(nuint size, out nint result);

    [LibraryImport(Cpu)]
    public static partial int torch_list_push_back(nint list, ulong element);

    [LibraryImport(Cpu)]
    public static partial int torch_delete_list(nint list);

    [LibraryImport(Cpu)]
    public static partial int torch_parallel_for(long begin, long end, long grain, delegate* unmanaged<long, long, void*, void> body, void* context);

    [LibraryImport(Cpu, EntryPoint = "aoti_torch_cpu_addmm_out")]
    public static partial int AddMmOutCpu(nint result, nint self, nint a, nint b, double beta, double alpha);

    [LibraryImport(Cpu, EntryPoint = "aoti_torch_cpu_mm_out")]
    public static partial int MmOutCpu(nint result, nint a, nint b);

    [LibraryImport(Cpu, EntryPoint = "aoti_torch_cpu_bmm_out")]
    public static partial int BmmOutCpu(nint result, nint a, nint b);

    [LibraryImport(Cuda, EntryPoint = "aoti_torch_cuda_addmm_out")]
    public static partial int AddMmOutCuda(nint result, nint self, nint a, nint b, double beta, double alpha);

    [LibraryImport(Cuda, EntryPoint = "aoti_torch_cuda_mm_out")]
    public static partial int MmOutCuda(nint result, nint a, nint b);

    [LibraryImport(Cuda, EntryPoint = "aoti_torch_cuda_bmm_out")]
    public static partial int BmmOutCuda(nint result, nint a, nint b);

    [LibraryImport(Cpu)]
    private static partial ulong aoti_torch_abi_version();

    [LibraryImport(Cpu)]
    private static partial int torch_call_dispatcher(byte* name, byte* overload, ulong* stack, ulong version);

    private static ulong? Probe()
    {
        try
        {
            // TorchSharp knows where libtorch lies and loads it; from then on its name is enough.
            _ = torch.get_num_threads();
            return aoti_torch_abi_version();
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }
}
