using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Deit.Operators;

/// <summary>Work on a range of numbers, which several threads may do at once for different parts of it.</summary>
internal interface IRangeBody
{
    /// <summary>Does a part.</summary>
    /// <param name="begin">Its first number.</param>
    /// <param name="end">The one after its last.</param>
    void Run(long begin, long end);
}

/// <summary>
/// Runs kernels on libtorch's own threads: those of a second pool would wait for the processor while libtorch's still spin. Nothing
/// is allocated for it. The division into parts depends on nothing but the range and the number of threads.
/// </summary>
internal static unsafe class NativeParallel
{
    /// <summary>How many threads take part.</summary>
    public static int Threads => torch.get_num_threads();

    /// <summary>Does all numbers from 0 to <paramref name="count"/>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="grain">How many are worth a thread of their own.</param>
    /// <param name="body">What is done; an exception in it, the first where there are several, comes out of here.</param>
    public static void For<TBody>(long count, long grain, TBody body)
        where TBody : unmanaged, IRangeBody
    {
        if (count <= grain)
        {
            if (count > 0) body.Run(0, count);
        }
        else if (LibTorch.IsAvailable)
        {
            OnThreadsOfLibTorch(count, grain, &body);
        }
        else
        {
            OnThreadsOfDotNet(count, grain, body);
        }
    }

    private static void OnThreadsOfLibTorch<TBody>(long count, long grain, TBody* body)
        where TBody : unmanaged, IRangeBody
    {
        var call = new Call { Body = body, Run = &Run<TBody> };
        int code = LibTorch.torch_parallel_for(0, count, grain, &Enter, Unsafe.AsPointer(ref call));
        call.Failure?.Throw();
        Aten.Check(code, "torch_parallel_for");
    }

    private static void OnThreadsOfDotNet<TBody>(long count, long grain, TBody body)
        where TBody : unmanaged, IRangeBody
    {
        long parts = Math.Min(Threads, (count + grain - 1) / grain);
        Parallel.For(0, parts, part => body.Run(count * part / parts, count * (part + 1) / parts));
    }

    private static void Run<TBody>(void* body, long begin, long end)
        where TBody : unmanaged, IRangeBody => ((TBody*)body)->Run(begin, end);

    /// <summary>An exception must not cross libtorch's frames: it would end the process.</summary>
    [UnmanagedCallersOnly]
    private static void Enter(long begin, long end, void* context)
    {
        ref Call call = ref Unsafe.AsRef<Call>(context);
        try
        {
            call.Run(call.Body, begin, end);
        }
#pragma warning disable CA1031 // Any exception: the caller throws it again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref call.Failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    /// <summary>What the threads are told; it lies on the caller's stack, which waits for them.</summary>
    private struct Call
    {
        public void* Body;
        public delegate*<void*, long, long, void> Run;
        public ExceptionDispatchInfo? Failure;
    }
}
