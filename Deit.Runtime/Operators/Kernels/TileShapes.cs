using System.Runtime.CompilerServices;

namespace Deit.Operators.Kernels;

/// <summary>The size of a tile of a product.</summary>
internal interface ITileShape
{
    /// <summary>Its rows.</summary>
    static abstract int Rows { get; }

    /// <summary>Its vectors in a row.</summary>
    static abstract int Vectors { get; }
}

/// <summary>A number that the compiler knows.</summary>
internal interface INumber
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

/// <summary>One.</summary>
internal readonly struct One : INumber { public static int Value => 1; }

/// <summary>Two.</summary>
internal readonly struct Two : INumber { public static int Value => 2; }

/// <summary>Three.</summary>
internal readonly struct Three : INumber { public static int Value => 3; }

/// <summary>Four.</summary>
internal readonly struct Four : INumber { public static int Value => 4; }

/// <summary>Five.</summary>
internal readonly struct Five : INumber { public static int Value => 5; }

/// <summary>Six.</summary>
internal readonly struct Six : INumber { public static int Value => 6; }

/// <summary>Seven.</summary>
internal readonly struct Seven : INumber { public static int Value => 7; }

/// <summary>Eight.</summary>
internal readonly struct Eight : INumber { public static int Value => 8; }

/// <summary>Nine.</summary>
internal readonly struct Nine : INumber { public static int Value => 9; }

/// <summary>Ten.</summary>
internal readonly struct Ten : INumber { public static int Value => 10; }

/// <summary>Eleven.</summary>
internal readonly struct Eleven : INumber { public static int Value => 11; }

/// <summary>Twelve.</summary>
internal readonly struct Twelve : INumber { public static int Value => 12; }

/// <summary>Thirteen.</summary>
internal readonly struct Thirteen : INumber { public static int Value => 13; }

/// <summary>Fourteen.</summary>
internal readonly struct Fourteen : INumber { public static int Value => 14; }

/// <summary>One vector wide.</summary>
internal readonly struct Narrow<TRows> : ITileShape
    where TRows : INumber
{
    /// <inheritdoc/>
    public static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TRows.Value;
    }

    /// <inheritdoc/>
    public static int Vectors => 1;
}

/// <summary>Two vectors wide.</summary>
internal readonly struct Wide<TRows> : ITileShape
    where TRows : INumber
{
    /// <inheritdoc/>
    public static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TRows.Value;
    }

    /// <inheritdoc/>
    public static int Vectors => 2;
}

/// <summary>How the sums of a tile leave its registers.</summary>
internal readonly unsafe struct TileEnd<TVector, TVectors, TShape>
    where TVector : struct
    where TVectors : IVectors<TVector>
    where TShape : ITileShape
{
    private readonly ProductTile* _task;
    private readonly TVector _floor;

    /// <summary>The end of a task.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TileEnd(ProductTile* task)
    {
        _task = task;
        _floor = TVectors.Broadcast(task->Floor);
    }

    /// <summary>Finishes a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TVector sum, TVector next, int row)
    {
        if (_task->Residual != null)
        {
            float* residual = _task->Residual + row * _task->ResidualStride;
            sum = TVectors.Add(sum, TVectors.Load(residual));
            if (TShape.Vectors > 1) next = TVectors.Add(next, TVectors.Load(residual + TVectors.Count));
        }

        float* output = _task->Output + row * _task->OutputStride;
        TVectors.Store(TVectors.AtLeast(_floor, sum), output);
        if (TShape.Vectors > 1) TVectors.Store(TVectors.AtLeast(_floor, next), output + TVectors.Count);
    }
}
