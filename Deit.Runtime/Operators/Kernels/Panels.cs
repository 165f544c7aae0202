using System.Runtime.CompilerServices;
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

    /// <summary>Floats that are worth a thread of their own to copy.</summary>
    private const int FloatsOfThread = 32 * 1024;

    private readonly int _count;
    private readonly int _columns;
    private readonly bool _isOwner;
    private float* _memory;

    /// <summary>Copies the factors of one group or more.</summary>
    /// <param name="factor">Shape (groups, depth, columns of a group), float32 on the CPU.</param>
    /// <param name="bias">What is added to each row of the product, shape (groups · columns), or nothing.</param>
    /// <param name="width">How wide vectors may be.</param>
    public Panels(Tensor factor, Tensor? bias, VectorWidth width)
        : this((int)factor.shape[0], (int)factor.shape[1], (int)factor.shape[2], width, isOwner: true)
    {
        for (int index = 0; index < _count; index++)
        {
            Panel panel = First[index];
            int wide = Tiles.Width(panel.Kind);
            (int group, int column) = Math.DivRem(panel.Column, _columns);
            Copy(factor[group].narrow(1, column, panel.Columns), Depth, panel.Columns, panel.Weights, wide);
            Copy(bias?.narrow(0, panel.Column, panel.Columns), 1, panel.Columns, panel.Bias, wide);
        }
    }

    private Panels(int groups, int depth, int columns, VectorWidth width, bool isOwner)
    {
        _isOwner = isOwner;
        if (!isOwner) GC.SuppressFinalize(this);
        Depth = depth;
        List<Panel> panels = Divide(columns, width);
        CountOfGroup = panels.Count;
        _count = groups * CountOfGroup;
        _columns = columns;
        long floats = groups * (depth + 1L) * (panels[^1].Column + Tiles.Width(panels[^1].Kind));
        long ofPanels = (_count * sizeof(Panel) + (int)Alignment - 1) / (int)Alignment * (int)Alignment / sizeof(float);
        _memory = isOwner ? (float*)NativeMemory.AlignedAlloc((nuint)(floats + ofPanels) * sizeof(float), Alignment) : Scratch.OfPanels(floats + ofPanels);
        float* next = _memory + ofPanels;
        for (int index = 0; index < _count; index++)
        {
            (int group, int ofGroup) = Math.DivRem(index, CountOfGroup);
            Panel panel = panels[ofGroup];
            int wide = Tiles.Width(panel.Kind);
            panel.Column += group * columns;
            panel.Bias = next;
            panel.Weights = next + wide;
            next += (depth + 1L) * wide;
            First[index] = panel;
        }
    }

    /// <summary>Frees what was not disposed.</summary>
    ~Panels() => Free();

    /// <summary>Rows of the factor.</summary>
    public int Depth { get; }

    /// <summary>How many panels a group has.</summary>
    public int CountOfGroup { get; }

    /// <summary>The first panel; the others lie after it.</summary>
    public Panel* First => (Panel*)_memory;

    /// <summary>The widest vectors that the processor has.</summary>
    public static VectorWidth Widest =>
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512 : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256 : VectorWidth.None;

    /// <summary>Room for the factors of one group or more, which lasts until the next product of this thread.</summary>
    /// <param name="groups">How many.</param>
    /// <param name="depth">Rows of a factor.</param>
    /// <param name="columns">Columns of a factor.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static Panels Temporary(int groups, int depth, int columns, VectorWidth width) => new(groups, depth, columns, width, isOwner: false);

    /// <summary>Copies factors, the elements of which lie anywhere.</summary>
    /// <param name="factor">The first element of the first column.</param>
    /// <param name="groupStride">Floats from one group to the next.</param>
    /// <param name="places">For each row, the floats from the first element of a column to the one in that row.</param>
    /// <param name="columnStride">Floats from one column to the next.</param>
    /// <param name="bias">What is added to each row of the product, for the columns of all groups; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* factor, nint groupStride, List<int> places, nint columnStride, float* bias)
    {
        for (int index = 0; index < _count; index++)
        {
            Panel panel = First[index];
            int wide = Tiles.Width(panel.Kind);
            (int group, int first) = Math.DivRem(panel.Column, _columns);
            float* source = factor + group * groupStride + first * columnStride;
            float* target = panel.Weights;
            foreach (int place in places)
            {
                float* element = source + place;
                for (int column = 0; column < panel.Columns; column++, element += columnStride) target[column] = *element;
                for (int column = panel.Columns; column < wide; column++) target[column] = 0;
                target += wide;
            }

            FillBias(panel, wide, bias);
        }
    }

    /// <summary>Copies the only group's factor, on several threads.</summary>
    /// <param name="factor">Depth x columns, or its transpose.</param>
    /// <param name="isTransposed">Which of the two.</param>
    /// <param name="bias">What is added to each row of the product; null for nothing.</param>
    public void Fill(float* factor, bool isTransposed, float* bias) =>
        NativeParallel.For(_count, Math.Max(1, FloatsOfThread / (Depth * Tiles.Width(First->Kind))), new Filling(First, factor, isTransposed, Depth, _columns, bias));

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

    /// <summary>Columns of the panels that a number of columns is divided into.</summary>
    /// <param name="columns">How many.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static int PaddedColumns(int columns, VectorWidth width)
    {
        Panel last = Divide(columns, width)[^1];
        return last.Column + Tiles.Width(last.Kind);
    }

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

    private static void FillBias(Panel panel, int wide, float* bias)
    {
        for (int column = 0; column < wide; column++)
        {
            panel.Bias[column] = bias == null || column >= panel.Columns ? 0 : bias[panel.Column + column];
        }
    }

    private void Free()
    {
        if (_isOwner) NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private readonly struct Filling(Panel* panels, float* factor, bool isTransposed, int depth, int columns, float* bias) : IRangeBody
    {
        public void Run(long begin, long end)
        {
            for (long index = begin; index < end; index++)
            {
                Panel panel = panels[index];
                int wide = Tiles.Width(panel.Kind);
                if (isTransposed) Packing.Transpose(factor + (long)panel.Column * depth, depth, panel.Columns, depth, panel.Weights, wide);
                else Packing.Copy(factor + panel.Column, columns, depth, panel.Columns, panel.Weights, wide);
                FillBias(panel, wide, bias);
            }
        }
    }
}
