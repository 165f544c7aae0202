namespace Deit.Operators.Kernels;

/// <summary>A matrix in which the head of an image has rows and columns of its own.</summary>
/// <param name="first">The matrix's first element, or that of a part of its columns.</param>
/// <param name="stride">Floats from one row to the next.</param>
/// <param name="ofImage">Floats from one image to the next.</param>
/// <param name="ofHead">Floats from one head to the next.</param>
internal readonly unsafe struct HeadMatrix(float* first, long stride, long ofImage, long ofHead)
{
    /// <summary>Heads side by side, from a column on.</summary>
    /// <param name="matrix">Images · rows x columns.</param>
    /// <param name="rows">Rows of an image.</param>
    /// <param name="column">The first column of the first head.</param>
    /// <param name="width">Columns of a head.</param>
    public static HeadMatrix SideBySide(Matrix matrix, long rows, long column, long width) =>
        new(matrix.Pointer + column, matrix.Columns, rows * matrix.Columns, width);

    /// <summary>The rows of one head after those of another.</summary>
    /// <param name="matrix">Images · heads · rows x columns.</param>
    /// <param name="rows">Rows of a head.</param>
    /// <param name="heads">Heads of an image.</param>
    public static HeadMatrix OneAfterAnother(Matrix matrix, long rows, long heads) =>
        new(matrix.Pointer, matrix.Columns, heads * rows * matrix.Columns, rows * matrix.Columns);

    /// <summary>The rows of a head.</summary>
    public Rows Of(long image, long head) => new(first + image * ofImage + head * ofHead, (int)stride);
}

/// <summary>Attention of all heads of all images: a thread takes one head at a time.</summary>
internal readonly struct AttentionForward(
    AttentionHead attention, int heads, HeadMatrix q, HeadMatrix k, HeadMatrix v, HeadMatrix y, HeadMatrix probabilities) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long index = begin; index < end; index++)
        {
            (long image, long head) = Math.DivRem(index, heads);
            attention.Forward(q.Of(image, head), k.Of(image, head), v.Of(image, head), y.Of(image, head), probabilities.Of(image, head));
        }
    }
}

/// <summary>The gradients of attention of all heads of all images.</summary>
internal readonly struct AttentionBackward(
    AttentionHead attention, int heads, HeadMatrix q, HeadMatrix k, HeadMatrix v, HeadMatrix probabilities, HeadMatrix dy,
    HeadMatrix dq, HeadMatrix dk, HeadMatrix dv) : IRangeBody
{
    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long index = begin; index < end; index++)
        {
            (long image, long head) = Math.DivRem(index, heads);
            attention.Backward(
                q.Of(image, head), k.Of(image, head), v.Of(image, head), probabilities.Of(image, head), dy.Of(image, head),
                dq.Of(image, head), dk.Of(image, head), dv.Of(image, head));
        }
    }
}
