using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>How many vectors of which size are side by side in a tile.</summary>
internal enum TileKind
{
    /// <summary>One of 256 bits.</summary>
    Eight,

    /// <summary>Two of 256 bits.</summary>
    TwiceEight,

    /// <summary>One of 512 bits.</summary>
    Sixteen,

    /// <summary>Two of 512 bits.</summary>
    TwiceSixteen,
}

/// <summary>The tiles of every kind and height.</summary>
internal static unsafe class Tiles
{
    private static readonly delegate*<ProductTile*, void>[][] s_tiles = [Narrow256(), Wide256(), Narrow512(), Wide512()];

    /// <summary>Columns of a tile.</summary>
    public static int Width(TileKind kind) => kind switch
    {
        TileKind.Eight => 8,
        TileKind.TwiceSixteen => 32,
        _ => 16,
    };

    /// <summary>
    /// Rows of the tallest tile. With its factors it fits into the registers, of which there are 32 where vectors have 512 bits and else 16;
    /// where 256 bits could have 32 too, twelve rows were slower than six.
    /// </summary>
    public static int MostRows(TileKind kind) => kind == TileKind.TwiceEight ? 6 : ProductTile.MostRows;

    /// <summary>Makes a tile.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="task">What is multiplied.</param>
    public static void Run(TileKind kind, int rows, ProductTile* task) => s_tiles[(int)kind][rows - 1](task);

    private static delegate*<ProductTile*, void>[] Narrow256() =>
    [
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<One>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Two>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Three>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Four>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Five>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Six>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Seven>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Eight>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Nine>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Ten>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Eleven>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Twelve>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Thirteen>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Narrow<Fourteen>>,
    ];

    private static delegate*<ProductTile*, void>[] Wide256() =>
    [
        &ProductTile.Run<Vector256<float>, Vectors256, Wide<One>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Wide<Two>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Wide<Three>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Wide<Four>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Wide<Five>>,
        &ProductTile.Run<Vector256<float>, Vectors256, Wide<Six>>,
    ];

    private static delegate*<ProductTile*, void>[] Narrow512() =>
    [
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<One>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Two>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Three>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Four>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Five>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Six>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Seven>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Eight>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Nine>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Ten>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Eleven>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Twelve>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Thirteen>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Narrow<Fourteen>>,
    ];

    private static delegate*<ProductTile*, void>[] Wide512() =>
    [
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<One>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Two>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Three>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Four>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Five>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Six>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Seven>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Eight>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Nine>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Ten>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Eleven>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Twelve>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Thirteen>>,
        &ProductTile.Run<Vector512<float>, Vectors512, Wide<Fourteen>>,
    ];
}
