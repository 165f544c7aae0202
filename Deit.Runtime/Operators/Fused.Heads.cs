using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>Attention with a matrix for queries, keys and values each, for what happens to them before they meet.</content>
public static partial class Fused
{
    /// <summary>Divides packed rows by head.</summary>
    /// <param name="x">Images · tokens x 3 · columns, as <see cref="Attention(Matrix, int, int, Matrix, Matrix)"/> reads it; it knows its images.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="q">Images · heads · tokens x the head's columns.</param>
    /// <param name="k">As q.</param>
    /// <param name="v">As q.</param>
    public static void SplitHeads(Matrix x, int heads, Matrix q, Matrix k, Matrix v)
    {
        CheckDivided(x, 3, heads, q);
        Shapes.Same(q, k);
        Shapes.Same(q, v);
        using var eager = Eager.Begin();
        Tensor parts = Divided(x, 3, heads);
        q.Tensor.view(parts[0].shape).copy_(parts[0]);
        k.Tensor.view(parts[1].shape).copy_(parts[1]);
        v.Tensor.view(parts[2].shape).copy_(parts[2]);
    }

    /// <summary>The gradient of <see cref="SplitHeads"/>: packs again.</summary>
    /// <param name="dq">Images · heads · tokens x the head's columns.</param>
    /// <param name="dk">As dq.</param>
    /// <param name="dv">As dq.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="dx">Images · tokens x 3 · columns; it knows its images.</param>
    public static void SplitHeadsBackward(Matrix dq, Matrix dk, Matrix dv, int heads, Matrix dx)
    {
        CheckDivided(dx, 3, heads, dq);
        Shapes.Same(dq, dk);
        Shapes.Same(dq, dv);
        using var eager = Eager.Begin();
        Tensor parts = Divided(dx, 3, heads);
        parts[0].copy_(dq.Tensor.view(parts[0].shape));
        parts[1].copy_(dk.Tensor.view(parts[1].shape));
        parts[2].copy_(dv.Tensor.view(parts[2].shape));
    }

    /// <summary>Puts the heads side by side: the other way of <see cref="SplitHeads"/>, for one value.</summary>
    /// <param name="x">Images · heads · tokens x the head's columns.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="y">Images · tokens x columns; it knows its images.</param>
    public static void MergeHeads(Matrix x, int heads, Matrix y)
    {
        CheckDivided(y, 1, heads, x);
        using var eager = Eager.Begin();
        Tensor parts = Divided(y, 1, heads);
        parts.copy_(x.Tensor.view(parts.shape));
    }

    /// <summary>The gradient of <see cref="MergeHeads"/>: divides by head.</summary>
    /// <param name="dy">Images · tokens x columns; it knows its images.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="dx">Images · heads · tokens x the head's columns.</param>
    public static void MergeHeadsBackward(Matrix dy, int heads, Matrix dx)
    {
        CheckDivided(dy, 1, heads, dx);
        using var eager = Eager.Begin();
        Tensor parts = Divided(dy, 1, heads);
        dx.Tensor.view(parts.shape).copy_(parts);
    }

    /// <summary>Softmax(Q Kᵀ / sqrt(d)) V of every head.</summary>
    /// <param name="q">Images · heads · tokens x the head's columns.</param>
    /// <param name="k">As q.</param>
    /// <param name="v">As q.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">As q.</param>
    /// <param name="probabilities">Images · heads · tokens x tokens: the softmax, for backward.</param>
    public static void AttentionByHead(Matrix q, Matrix k, Matrix v, int tokens, Matrix y, Matrix probabilities)
    {
        long heads = CheckByHead(q, k, v, y, probabilities, tokens);
        if (q.OnHost)
        {
            NativeParallel.For(heads, 1, new AttentionForward(
                new AttentionHead(tokens, tokens, (int)q.Columns), heads: 1,
                HeadMatrix.OneAfterAnother(q, tokens, 1), HeadMatrix.OneAfterAnother(k, tokens, 1), HeadMatrix.OneAfterAnother(v, tokens, 1),
                HeadMatrix.OneAfterAnother(y, tokens, 1), HeadMatrix.OneAfterAnother(probabilities, tokens, 1)));
            return;
        }

        using var eager = Eager.Begin();
        Tensor weights = Softmax(ByHead(q, heads), ByHead(k, heads));
        probabilities.Tensor.copy_(weights.view(q.Rows, tokens));
        y.Tensor.copy_(weights.matmul(ByHead(v, heads)).view(y.Rows, y.Columns));
    }

    /// <summary>The gradients of <see cref="AttentionByHead(Matrix, Matrix, Matrix, int, Matrix, Matrix)"/>.</summary>
    /// <param name="q">The input of forward.</param>
    /// <param name="k">The input of forward.</param>
    /// <param name="v">The input of forward.</param>
    /// <param name="probabilities">From forward.</param>
    /// <param name="dy">As q.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="dq">As q.</param>
    /// <param name="dk">As q.</param>
    /// <param name="dv">As q.</param>
    public static void AttentionByHeadBackward(
        Matrix q, Matrix k, Matrix v, Matrix probabilities, Matrix dy, int tokens, Matrix dq, Matrix dk, Matrix dv)
    {
        long heads = CheckByHead(q, k, v, dy, probabilities, tokens);
        Shapes.Same(q, dq);
        Shapes.Same(q, dk);
        Shapes.Same(q, dv);
        if (q.OnHost)
        {
            NativeParallel.For(heads, 1, new AttentionBackward(
                new AttentionHead(tokens, tokens, (int)q.Columns), heads: 1,
                HeadMatrix.OneAfterAnother(q, tokens, 1), HeadMatrix.OneAfterAnother(k, tokens, 1), HeadMatrix.OneAfterAnother(v, tokens, 1),
                HeadMatrix.OneAfterAnother(probabilities, tokens, 1), HeadMatrix.OneAfterAnother(dy, tokens, 1),
                HeadMatrix.OneAfterAnother(dq, tokens, 1), HeadMatrix.OneAfterAnother(dk, tokens, 1), HeadMatrix.OneAfterAnother(dv, tokens, 1)));
            return;
        }

        using var eager = Eager.Begin();
        (Tensor ofQueries, Tensor ofKeys, Tensor ofValues) =
            AttentionGradients(ByHead(q, heads), ByHead(k, heads), ByHead(v, heads), probabilities.Tensor.view(heads, tokens, tokens), ByHead(dy, heads));
        dq.Tensor.copy_(ofQueries.view(q.Rows, q.Columns));
        dk.Tensor.copy_(ofKeys.view(q.Rows, q.Columns));
        dv.Tensor.copy_(ofValues.view(q.Rows, q.Columns));
    }

    private static void CheckDivided(Matrix packed, int parts, int heads, Matrix part)
    {
        Shapes.Times(packed.Rows, packed.Images);
        Shapes.Are(part, packed.Rows * heads, Shapes.Times(packed.Columns, (long)parts * heads));
    }

    private static long CheckByHead(Matrix q, Matrix k, Matrix v, Matrix y, Matrix probabilities, int tokens)
    {
        Shapes.Same(q, k);
        Shapes.Same(q, v);
        Shapes.Same(q, y);
        Shapes.Are(probabilities, q.Rows, tokens);
        return Shapes.Times(q.Rows, tokens);
    }

    /// <summary>Packed rows as they are by head: (parts, images, heads, tokens, columns of a head), a view.</summary>
    private static Tensor Divided(Matrix packed, int parts, int heads) =>
        packed.Tensor.view(packed.Images, packed.Rows / packed.Images, parts, heads, -1).permute(2, 0, 3, 1, 4);

    private static Tensor ByHead(Matrix matrix, long heads) => matrix.Tensor.view(heads, -1, matrix.Columns);
}
