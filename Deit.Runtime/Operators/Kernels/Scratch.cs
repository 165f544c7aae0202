using System.Runtime.InteropServices;

namespace Deit.Operators.Kernels;

/// <summary>Memory of a thread that a kernel uses while it runs, kept for the next one; it grows to the largest that was asked for.</summary>
internal sealed unsafe class Scratch
{
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static Scratch? s_ofPart;

    [ThreadStatic]
    private static Scratch? s_ofBlock;

    [ThreadStatic]
    private static Scratch? s_ofScale;

    [ThreadStatic]
    private static Scratch? s_ofCaller;

    [ThreadStatic]
    private static Scratch? s_ofPanels;

    private float* _memory;
    private long _count;

    private Scratch()
    {
    }

    /// <summary>Frees the memory with its thread.</summary>
    ~Scratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>Memory for a part of the work, on whichever thread it runs. What is in it is arbitrary.</summary>
    /// <param name="count">How many floats.</param>
    public static float* OfPart(long count) => (s_ofPart ??= new()).AtLeast(count);

    /// <summary>Memory for the sums of a block of rows.</summary>
    /// <param name="count">How many floats.</param>
    public static float* OfBlock(long count) => (s_ofBlock ??= new()).AtLeast(count);

    /// <summary>Memory for a whole call, whose parts have their own: the sums of all parts, say.</summary>
    /// <param name="count">How many floats.</param>
    public static float* OfCaller(long count) => (s_ofCaller ??= new()).AtLeast(count);

    /// <summary>Memory for the packed right factor of a product, which is read by all parts.</summary>
    /// <param name="count">How many floats.</param>
    public static float* OfPanels(long count) => (s_ofPanels ??= new()).AtLeast(count);

    /// <summary>Memory for factors of the columns that a kernel of this thread reads beside its sums.</summary>
    /// <param name="count">How many floats.</param>
    public static float* OfScale(long count) => (s_ofScale ??= new()).AtLeast(count);

    private float* AtLeast(long count)
    {
        if (_count < count)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _count = 0;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);
            _count = count;
        }

        return _memory;
    }
}
