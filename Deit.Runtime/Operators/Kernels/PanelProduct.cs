using System.Runtime.CompilerServices;

namespace Deit.Operators.Kernels;

/// <summary>Products with packed right factors, a panel by some rows at a time.</summary>
internal static unsafe class PanelProduct
{
    private const int MostColumns = 32;

    /// <summary>Makes some rows of a panel, in tiles of about the same height.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="task">What is multiplied, from the first row on; moved to the row after the last.</param>
    /// <param name="rows">How many.</param>
    /// <param name="activation">What is applied last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(Panel* panel, ProductTile* task, int rows, Activation activation)
    {
        int tallest = Tiles.MostRows(panel->Kind);
        int tiles = (rows + tallest - 1) / tallest;
        task->Jump = ProductTile.HalfRows * task->RowStride;
        for (; tiles > 0; tiles--)
        {
            int height = (rows + tiles - 1) / tiles;
            One(panel, task, height, activation);
            task->Left += height * task->RowStride;
            rows -= height;
        }
    }

    /// <summary>Makes a tile, except that the left factor stays where it is.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="task">What is multiplied; its output and residual are moved on.</param>
    /// <param name="height">Rows of the tile.</param>
    /// <param name="activation">What is applied last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(Panel* panel, ProductTile* task, int height, Activation activation)
    {
        task->Panel = panel->Weights;
        task->Bias = panel->Bias;
        int width = Tiles.Width(panel->Kind);
        if (panel->Columns == width)
        {
            Tiles.Run(panel->Kind, height, task);
            Activate(activation, task->Output, task->OutputStride, height, width);
        }
        else
        {
            Part(panel, width, *task, height, activation);
        }

        task->Output += height * task->OutputStride;
        if (task->Residual != null) task->Residual += height * task->ResidualStride;
    }

    /// <summary>A tile of which not all columns exist.</summary>
    private static void Part(Panel* panel, int width, ProductTile task, int height, Activation activation)
    {
        float* output = stackalloc float[ProductTile.MostRows * MostColumns];
        float* residual = stackalloc float[ProductTile.MostRows * MostColumns];
        ProductTile inner = task;
        inner.Output = output;
        inner.OutputStride = width;
        if (task.Residual != null)
        {
            Packing.Copy(task.Residual, (int)task.ResidualStride, height, panel->Columns, residual, width);
            inner.Residual = residual;
            inner.ResidualStride = width;
        }

        Tiles.Run(panel->Kind, height, &inner);
        Activate(activation, output, width, height, width);
        for (int row = 0; row < height; row++)
        {
            new ReadOnlySpan<float>(output + row * width, panel->Columns).CopyTo(new(task.Output + row * task.OutputStride, panel->Columns));
        }
    }

    private static void Activate(Activation activation, float* y, nint stride, int rows, int columns)
    {
        if (activation is Activation.None or Activation.Relu) return;

        var rest = new Epilogue(activation, null, 0);
        for (int row = 0; row < rows; row++) rest.Activate(y + row * stride, columns);
    }
}
