namespace Deit.Operators.Kernels;

/// <summary>A linear layer: all panels for some rows, or some panels for all rows.</summary>
/// <param name="x">Rows of the input, as many columns as the panels are deep.</param>
/// <param name="y">Rows of the output.</param>
/// <param name="columns">Columns of the output.</param>
/// <param name="panels">The weights.</param>
/// <param name="count">How many panels.</param>
/// <param name="depth">Columns of the input.</param>
/// <param name="rows">How many rows.</param>
/// <param name="epilogue">What happens to the product.</param>
/// <param name="byPanels">Whether threads share the panels instead of the rows.</param>
internal readonly unsafe struct LinearPart(
    float* x, float* y, long columns, Panel* panels, int count, int depth, long rows, Epilogue epilogue, bool byPanels) : IRangeBody
{
    /// <summary>Floats of rows of x that stay in the cache of a core while panels pass by.</summary>
    private const int FloatsInCache = 96 * 1024;

    /// <summary>Columns of x that are multiplied at a time: those of a panel fit into the cache beside the rows of x.</summary>
    private const int MostDepth = 1024;

    /// <summary>Floats by which copied rows are moved apart: a line of the cache.</summary>
    private const int Gap = 16;

    /// <summary>Rows at multiples of so many floats share a few places of the innermost cache, which has not enough of them for a tile.</summary>
    private const int Collision = 512;

    private const int MostColumns = 32;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        if (byPanels) Run(0, rows, (int)begin, (int)end);
        else Run(begin, end, 0, count);
    }

    private void Run(long firstRow, long endRow, int firstPanel, int endPanel)
    {
        int slices = (depth + MostDepth - 1) / MostDepth;
        long block = FloatsInCache / (depth / slices) / ProductTile.MostRows * ProductTile.MostRows;
        long blocks = (endRow - firstRow + block - 1) / block;
        for (long index = 0; index < blocks; index++)
        {
            long first = firstRow + (endRow - firstRow) * index / blocks;
            long last = firstRow + (endRow - firstRow) * (index + 1) / blocks;
            for (int slice = 0; slice < slices; slice++)
            {
                Multiply(first, (int)(last - first), depth * slice / slices, depth * (slice + 1) / slices, firstPanel, endPanel);
            }
        }
    }

    /// <summary>Adds the product of some columns of x: the first of them to bias and residual, the others to what is there.</summary>
    private void Multiply(long first, int height, int begin, int end, int firstPanel, int endPanel)
    {
        float* zeros = stackalloc float[MostColumns];
        bool isLast = end == depth;
        var task = new ProductTile { Left = x + first * depth + begin, RowStride = depth, Segments = 1, SegmentLength = end - begin, OutputStride = (nint)columns };
        if (depth % Collision == 0)
        {
            int stride = end - begin + Gap;
            float* copy = Scratch.OfPart((long)height * stride);
            Packing.Copy(task.Left, depth, height, end - begin, copy, stride);
            task.Left = copy;
            task.RowStride = stride;
        }

        task.ResidualStride = begin == 0 ? epilogue.ResidualStride : task.OutputStride;
        task.Floor = isLast ? epilogue.Floor : float.NegativeInfinity;
        for (int index = firstPanel; index < endPanel; index++)
        {
            Panel panel = panels[index];
            panel.Weights += (long)begin * Tiles.Width(panel.Kind);
            if (begin > 0) panel.Bias = zeros;
            ProductTile tile = task;
            tile.Output = y + first * columns + panel.Column;
            tile.Residual = begin == 0 ? epilogue.Residual(first, panel.Column) : tile.Output;
            PanelProduct.Multiply(&panel, &tile, height, isLast ? epilogue.Activation : Activation.None);
        }
    }
}
