using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Choosing, averaging and prepending the rows of an image.</content>
public static unsafe partial class Fused
{
    /// <summary>One token of every image, such as the class token.</summary>
    /// <param name="x">Images · tokens x columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="index">Which, from 0.</param>
    /// <param name="y">Images x columns.</param>
    public static void TakeToken(Matrix x, int tokens, int index, Matrix y)
    {
        Shapes.Are(y, Shapes.Times(x.Rows, tokens), x.Columns);
        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor.view(y.Rows, tokens, x.Columns).select(1, index));
    }

    /// <summary>The gradient of <see cref="TakeToken"/>: zero for all other tokens.</summary>
    /// <param name="dy">Images x columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="index">Which, from 0.</param>
    /// <param name="dx">Images · tokens x columns.</param>
    public static void TakeTokenBackward(Matrix dy, int tokens, int index, Matrix dx)
    {
        Shapes.Are(dy, Shapes.Times(dx.Rows, tokens), dx.Columns);
        using var eager = Eager.Begin();
        dx.Tensor.zero_();
        dx.Tensor.view(dy.Rows, tokens, dx.Columns).select(1, index).copy_(dy.Tensor);
    }

    /// <summary>The mean of the rows of every image, without the first few: global average pooling.</summary>
    /// <param name="x">Images · rows x columns.</param>
    /// <param name="rows">Rows of an image.</param>
    /// <param name="skipped">How many of them do not count: prefix tokens.</param>
    /// <param name="y">Images x columns.</param>
    public static void MeanOfRows(Matrix x, int rows, int skipped, Matrix y)
    {
        CheckMean(x, rows, skipped, y);
        if (x.OnHost)
        {
            long grain = Math.Max(1, Elementwise.RowsOfGrain(x) / rows * ImageMeans.Blocks(x.Columns));
            NativeParallel.For(y.Rows * ImageMeans.Blocks(x.Columns), grain, new ImageMeans(x.Pointer, rows, skipped, y.Pointer, x.Columns));
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(x.Tensor.view(y.Rows, rows, x.Columns).narrow(1, skipped, rows - skipped).mean([1]));
    }

    /// <summary>The gradient of <see cref="MeanOfRows"/>.</summary>
    /// <param name="dy">Images x columns.</param>
    /// <param name="rows">Rows of an image.</param>
    /// <param name="skipped">How many of them did not count.</param>
    /// <param name="dx">Images · rows x columns.</param>
    public static void MeanOfRowsBackward(Matrix dy, int rows, int skipped, Matrix dx)
    {
        CheckMean(dx, rows, skipped, dy);
        if (dx.OnHost)
        {
            NativeParallel.For(dy.Rows, 1, new ImageMeansGradient(dy.Pointer, rows, skipped, dx.Pointer, dx.Columns));
            return;
        }

        using var eager = Eager.Begin();
        Tensor images = dx.Tensor.view(dy.Rows, rows, dx.Columns);
        images.narrow(1, 0, skipped).zero_();
        images.narrow(1, skipped, rows - skipped).copy_((dy.Tensor / (rows - skipped)).unsqueeze(1));
    }

    /// <summary>Puts the same learned tokens before the rows of every image.</summary>
    /// <param name="tokens">Tokens x columns.</param>
    /// <param name="x">Images · rows x columns.</param>
    /// <param name="y">Images · (tokens + rows) x columns.</param>
    public static void PrependTokens(Matrix tokens, Matrix x, Matrix y)
    {
        long images = CheckPrepended(tokens, x, y);
        using var eager = Eager.Begin();
        Tensor all = y.Tensor.view(images, -1, y.Columns);
        all.narrow(1, 0, tokens.Rows).copy_(tokens.Tensor);
        all.narrow(1, tokens.Rows, x.Rows / images).copy_(x.Tensor.view(images, -1, x.Columns));
    }

    /// <summary>The gradients of <see cref="PrependTokens"/>.</summary>
    /// <param name="dy">Images · (tokens + rows) x columns.</param>
    /// <param name="dTokens">Tokens x columns: the sum over the images.</param>
    /// <param name="dx">Images · rows x columns.</param>
    public static void PrependTokensBackward(Matrix dy, Matrix dTokens, Matrix dx)
    {
        long images = CheckPrepended(dTokens, dx, dy);
        using var eager = Eager.Begin();
        Tensor all = dy.Tensor.view(images, -1, dy.Columns);
        dTokens.Tensor.copy_(all.narrow(1, 0, dTokens.Rows).sum([0]));
        dx.Tensor.view(images, -1, dx.Columns).copy_(all.narrow(1, dTokens.Rows, dx.Rows / images));
    }

    private static void CheckMean(Matrix x, int rows, int skipped, Matrix y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skipped);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(skipped, rows);
        Shapes.Are(y, Shapes.Times(x.Rows, rows), x.Columns);
    }

    private static long CheckPrepended(Matrix tokens, Matrix x, Matrix y)
    {
        Shapes.SameColumns(tokens, x);
        Shapes.SameColumns(x, y);
        long images = Shapes.Times(y.Rows - x.Rows, tokens.Rows);
        Shapes.Times(x.Rows, images);
        return images;
    }
}
