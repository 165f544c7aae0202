using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>A function of one value.</summary>
internal interface IUnary
{
    /// <summary>Its values at eight places.</summary>
    static abstract Vector256<float> Of(Vector256<float> x);
}

/// <summary>A function of two values.</summary>
internal interface IBinary
{
    /// <summary>Its values at eight places.</summary>
    static abstract Vector256<float> Of(Vector256<float> a, Vector256<float> b);
}

/// <summary>Functions applied to every element of matrices.</summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements that are worth a thread of their own, where memory decides how long they take.</summary>
    public const long Grain = 1 << 15;

    /// <summary>Threads begin at cache lines: elements are counted in blocks.</summary>
    private const long Block = 512;
    private const long BlocksOfGrain = Grain / Block;

    /// <summary>y = f(x).</summary>
    public static void Map<TFunction>(Matrix x, Matrix y)
        where TFunction : IUnary => NativeParallel.For(Blocks(x), BlocksOfGrain, new Unary<TFunction>(x.Pointer, y.Pointer, x.Count));

    /// <summary>y = f(a, b).</summary>
    public static void Map<TFunction>(Matrix a, Matrix b, Matrix y)
        where TFunction : IBinary => NativeParallel.For(Blocks(a), BlocksOfGrain, new Binary<TFunction>(a.Pointer, b.Pointer, y.Pointer, a.Count));

    /// <summary>
    /// y = f(a, b) where b has fewer rows: row r of a meets row (r / <paramref name="repeat"/>) of b, counted from the first again after the last.
    /// </summary>
    public static void MapRows<TFunction>(Matrix a, Matrix b, long repeat, Matrix y)
        where TFunction : IBinary => NativeParallel.For(
            a.Rows, RowsOfGrain(a), new Rows<TFunction>(a.Pointer, b.Pointer, y.Pointer, a.Columns, repeat, b.Rows));

    /// <summary>Rows that are worth a thread of their own.</summary>
    public static long RowsOfGrain(Matrix matrix) => Math.Max(1, Grain / matrix.Columns);

    private static long Blocks(Matrix matrix) => (matrix.Count + Block - 1) / Block;

    /// <summary>y = f(x), by the thread that calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map<TFunction, TLanes>(float* x, float* y, long count)
        where TFunction : IUnary
        where TLanes : IRowLanes
    {
        for (long i = 0; i < count; i += Lanes.Count) TLanes.Store(y + i, TFunction.Of(TLanes.Load(x + i, count - i)), count - i);
    }

    /// <summary>y = f(a, b), by the thread that calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Map<TFunction, TLanes>(float* a, float* b, float* y, long count)
        where TFunction : IBinary
        where TLanes : IRowLanes
    {
        for (long i = 0; i < count; i += Lanes.Count)
        {
            TLanes.Store(y + i, TFunction.Of(TLanes.Load(a + i, count - i), TLanes.Load(b + i, count - i)), count - i);
        }
    }

    private readonly struct Unary<TFunction>(float* x, float* y, long count) : IRangeBody
        where TFunction : IUnary
    {
        public void Run(long begin, long end)
        {
            long first = begin * Block;
            long length = Math.Min(count, end * Block) - first;
            long whole = length / Lanes.Count * Lanes.Count;
            Map<TFunction, WholeVectors>(x + first, y + first, whole);
            Map<TFunction, AnyColumns>(x + first + whole, y + first + whole, length - whole);
        }
    }

    private readonly struct Binary<TFunction>(float* a, float* b, float* y, long count) : IRangeBody
        where TFunction : IBinary
    {
        public void Run(long begin, long end)
        {
            long first = begin * Block;
            long length = Math.Min(count, end * Block) - first;
            long whole = length / Lanes.Count * Lanes.Count;
            Map<TFunction, WholeVectors>(a + first, b + first, y + first, whole);
            Map<TFunction, AnyColumns>(a + first + whole, b + first + whole, y + first + whole, length - whole);
        }
    }

    private readonly struct Rows<TFunction>(float* a, float* b, float* y, long columns, long repeat, long rowsOfB) : IRangeBody
        where TFunction : IBinary
    {
        public void Run(long begin, long end)
        {
            if (Lanes.AreWhole(columns)) Run<WholeVectors>(begin, end);
            else Run<AnyColumns>(begin, end);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Run<TLanes>(long begin, long end)
            where TLanes : IRowLanes
        {
            for (long row = begin; row < end;)
            {
                // Divisions are dear beside a narrow row.
                long index = row / repeat;
                float* other = b + index % rowsOfB * columns;
                for (long last = Math.Min(end, (index + 1) * repeat); row < last; row++)
                {
                    Map<TFunction, TLanes>(a + row * columns, other, y + row * columns, columns);
                }
            }
        }
    }
}
