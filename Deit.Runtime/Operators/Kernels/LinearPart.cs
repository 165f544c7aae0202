namespace Deit.Operators.Kernels;

/// <summary>A linear layer: all panels for some rows, or some panels for all rows.</summary>
internal readonly unsafe struct LinearPart(
    float* x, long rowStride, float* y, long columns, Panel* panels, int count, int depth, long rows, Epilogue epilogue, bool byPanels) : IRangeBody
{
    /// <summary>Floats of rows of x that stay in the cache of a core while panels pass by.</summary>
    private const long FloatsInCache = 96 * 1024;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        if (byPanels) Run(0, rows, (int)begin, (int)end);
        else Run(begin, end, 0, count);
    }

    private void Run(long firstRow, long endRow, int firstPanel, int endPanel)
    {
        long block = Math.Max(ProductTile.MostRows, FloatsInCache / depth / ProductTile.MostRows * ProductTile.MostRows);
        long blocks = (endRow - firstRow + block - 1) / block;
        for (long index = 0; index < blocks; index++)
        {
            long first = firstRow + (endRow - firstRow) * index / blocks;
            long last = firstRow + (endRow - firstRow) * (index + 1) / blocks;
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                Panel* part = panels + panel;
                var task = new ProductTile
                {
                    Left = x + first * rowStride,
                    RowStride = (nint)rowStride,
                    Segments = 1,
                    SegmentLength = depth,
                    Residual = epilogue.Residual(first, part->Column),
                    ResidualStride = epilogue.ResidualStride,
                    Output = y + first * columns + part->Column,
                    OutputStride = (nint)columns,
                    Floor = epilogue.Floor,
                };
                PanelProduct.Multiply(part, &task, (int)(last - first), epilogue.Activation);
            }
        }
    }
}
