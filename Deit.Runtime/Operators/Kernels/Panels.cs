using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators.Kernels;

/// <summary>How wide vectors may be; tests choose less than the processor has.</summary>
internal enum VectorWidth
{
    /// <summary>None: libtorch's operators.</summary>
    None,

    /// <summary>256 bits.</summary>
    Bits256,

    /// <summary>512 bits.</summary>
    Bits512,
}

/// <summary>A few columns of the right factor of a product.</summary>
internal unsafe struct Panel
{
    /// <summary>The tiles that it is multiplied in.</summary>
    public TileKind Kind;

    /// <summary>The first column.</summary>
    public int Column;

    /// <summary>How many there are; zeros fill up the width of the tile.</summary>
    public int Columns;

    /// <summary>The factor's rows, as wide as a tile.</summary>
    public float* Weights;

    /// <summary>What is added to each row of the product, as wide as a tile.</summary>
    public float* Bias;
}

/// <summary>The right factor of a product, divided into panels of columns: what a tile reads lies in the order in which it is read.</summary>
internal sealed unsafe class Panels : IDisposable
{
    private const nuint Alignment = 64;

    private Panel* _panels;
    private float* _memory;

    /// <summary>Copies the factors of one group or more.</summary>
    /// <param name="factor">Shape (groups, depth, columns of a group), float32 on the CPU.</param>
    /// <param name="bias">What is added to each row of the product, shape (groups · columns), or nothing.</param>
    /// <param name="width">How wide vectors may be.</param>
    public Panels(Tensor factor, Tensor? bias, VectorWidth width)
    {
        int groups = (int)factor.shape[0];
        int columns = (int)factor.shape[2];
        Depth = (int)factor.shape[1];
        List<Panel> panels = Divide(columns, width);
        CountOfGroup = panels.Count;
        int paddedColumns = panels[^1].Column + Tiles.Width(panels[^1].Kind);
        _panels = (Panel*)NativeMemory.Alloc((nuint)(groups * CountOfGroup), (nuint)sizeof(Panel));
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(groups * (Depth + 1L) * paddedColumns) * sizeof(float), Alignment);
        float* next = _memory;
        for (int index = 0; index < groups * CountOfGroup; index++)
        {
            (int group, int ofGroup) = Math.DivRem(index, CountOfGroup);
            Panel panel = panels[ofGroup];
            int wide = Tiles.Width(panel.Kind);
            Copy(factor[group].narrow(1, panel.Column, panel.Columns), Depth, panel.Columns, next + wide, wide);
            panel.Column += group * columns;
            Copy(bias?.narrow(0, panel.Column, panel.Columns), 1, panel.Columns, next, wide);
            panel.Bias = next;
            panel.Weights = next + wide;
            next += (Depth + 1L) * wide;
            _panels[index] = panel;
        }
    }

    /// <summary>Frees what was not disposed.</summary>
    ~Panels() => Free();

    /// <summary>Rows of the factor.</summary>
    public int Depth { get; }

    /// <summary>How many panels a group has.</summary>
    public int CountOfGroup { get; }

    /// <summary>The first panel; the others lie after it.</summary>
    public Panel* First => _panels;

    /// <summary>The widest vectors that the processor has.</summary>
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512 : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256 : VectorWidth.None;

    /// <summary>Frees the copy.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>The widest panel that leaves no more columns empty than narrower ones would.</summary>
    /// <param name="columns">How many are left.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static TileKind KindOf(int columns, VectorWidth width) =>
        columns <= 8 ? TileKind.Eight
        : width != VectorWidth.Bits512 ? TileKind.TwiceEight
        : columns <= 24 ? TileKind.Sixteen
        : TileKind.TwiceSixteen;

    /// <summary>As many of the widest panels as there are, and for the rest those that leave the fewest columns empty.</summary>
    private static List<Panel> Divide(int columns, VectorWidth width)
    {
        var panels = new List<Panel>();
        for (int column = 0; column < columns;)
        {
            int rest = columns - column;
            TileKind kind = KindOf(rest, width);
            panels.Add(new() { Kind = kind, Column = column, Columns = Math.Min(rest, Tiles.Width(kind)) });
            column += Tiles.Width(kind);
        }

        return panels;
    }

    private static void Copy(Tensor? source, int rows, int columns, float* target, int stride)
    {
        float[] values = source is null ? new float[rows * columns] : source.contiguous().data<float>().ToArray();
        fixed (float* first = values)
        {
            Packing.Copy(first, columns, rows, columns, target, stride);
        }
    }

    private void Free()
    {
        NativeMemory.Free(_panels);
        NativeMemory.AlignedFree(_memory);
        _panels = null;
        _memory = null;
    }
}
