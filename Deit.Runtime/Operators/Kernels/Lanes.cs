using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Deit.Operators.Kernels;

/// <summary>
/// How the vectors of a row are read and written: <see cref="WholeVectors"/> where eight divides its columns, <see cref="AnyColumns"/> elsewhere.
/// Kernels are written once, for either, and a row of whole vectors pays for no question.
/// </summary>
internal unsafe interface IRowLanes
{
    /// <summary>The next eight floats; where fewer remain, those and zeros.</summary>
    static abstract Vector256<float> Load(float* source, long remaining);

    /// <summary>Writes the next eight floats; where fewer remain, those.</summary>
    static abstract void Store(float* target, Vector256<float> value, long remaining);

    /// <summary>The lanes that remain; zero in the others.</summary>
    static abstract Vector256<float> Keep(Vector256<float> value, long remaining);
}

/// <summary>Eight floats always remain.</summary>
internal readonly unsafe struct WholeVectors : IRowLanes
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source, long remaining) => Vector256.Load(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value, long remaining) => value.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Keep(Vector256<float> value, long remaining) => value;
}

/// <summary>Fewer than eight floats may remain.</summary>
internal readonly unsafe struct AnyColumns : IRowLanes
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source, long remaining) => Lanes.Load(source, remaining);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value, long remaining) => Lanes.Store(target, value, remaining);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Keep(Vector256<float> value, long remaining) => Lanes.Keep(value, remaining);
}

/// <summary>Vectors of eight floats, and what is left of a row that eight do not divide.</summary>
internal static unsafe class Lanes
{
    /// <summary>Floats of a vector.</summary>
    public const int Count = 8;

    /// <summary>Eight ones and eight zeros: from the right place on, the mask of any first few lanes.</summary>
    private static ReadOnlySpan<int> Masks => [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>The next eight floats; where fewer remain, those and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source, long remaining) =>
        remaining >= Count ? Vector256.Load(source) : LoadPart(source, (int)remaining);

    /// <summary>Writes the next eight floats; where fewer remain, those.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value, long remaining)
    {
        if (remaining >= Count) value.Store(target);
        else StorePart(target, value, (int)remaining);
    }

    /// <summary>The lanes that remain; zero in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Keep(Vector256<float> value, long remaining) =>
        remaining >= Count ? value : value & FirstLanes((int)remaining).AsSingle();

    /// <summary>Whether rows of so many columns are whole vectors.</summary>
    public static bool AreWhole(long columns) => columns % Count == 0;

    /// <summary>The multiple of <paramref name="multiple"/> that a number is rounded up to.</summary>
    public static int RoundUp(int number, int multiple) => (number + multiple - 1) / multiple * multiple;

    /// <summary>Without a call: around one, a loop would keep its vectors in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LoadPart(float* source, int count) =>
        Avx.IsSupported ? Avx.MaskLoad(source, FirstLanes(count).AsSingle()) : LoadOneByOne(source, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePart(float* target, Vector256<float> value, int count)
    {
        if (Avx.IsSupported) Avx.MaskStore(target, FirstLanes(count).AsSingle(), value);
        else StoreOneByOne(target, value, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> FirstLanes(int count) => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(Count - count));

    private static Vector256<float> LoadOneByOne(float* source, int count)
    {
        Vector256<float> value = default;
        for (int lane = 0; lane < count; lane++) value = value.WithElement(lane, source[lane]);
        return value;
    }

    private static void StoreOneByOne(float* target, Vector256<float> value, int count)
    {
        for (int lane = 0; lane < count; lane++) target[lane] = value[lane];
    }
}
