using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>What inference needs of attention and of layer norm: nothing is kept for a backward.</content>
public static unsafe partial class Fused
{
    /// <summary>Multi-head self-attention, as <see cref="Attention(Matrix, int, int, Matrix, Matrix)"/>, whose probabilities stay in the cache.</summary>
    /// <param name="qkv">Images · tokens x 3 · columns: in each row queries, keys and values, each with the heads side by side.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">Images · tokens x columns: the heads side by side.</param>
    /// <param name="scale">The factor of the scores: 1 / sqrt(columns of a head) unless said; 1 where the weights before have it already.</param>
    public static void Attention(Matrix qkv, int heads, int tokens, Matrix y, double? scale = null)
    {
        long images = Shapes.Times(qkv.Rows, tokens);
        Shapes.Times(y.Columns, heads);
        Shapes.Are(qkv, y.Rows, 3 * y.Columns);
        if (qkv.OnHost)
        {
            long columns = y.Columns;
            long width = columns / heads;
            new AttentionAnswers(
                tokens, tokens, (int)width, heads, (float)ScaleOf(width, scale), Panels.Widest,
                HeadMatrix.SideBySide(qkv, tokens, 0, width), HeadMatrix.SideBySide(qkv, tokens, columns, width),
                HeadMatrix.SideBySide(qkv, tokens, 2 * columns, width), HeadMatrix.SideBySide(y, tokens, 0, width)).Run(images);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] packed = Unpacked(qkv, images, heads, tokens);
        y.Tensor.copy_(Merged(Answers(packed[0], packed[1], packed[2], scale), y));
    }

    /// <summary>Attention asked by the first tokens and answered by all, as in training, whose probabilities stay in the cache.</summary>
    /// <param name="q">Images · n x columns, a head beside the other.</param>
    /// <param name="kv">Images · tokens x 2 · columns: keys, then values.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">Images · n x columns.</param>
    /// <param name="scale">The factor of the scores: 1 / sqrt(columns of a head) unless said.</param>
    public static void LeadingAttention(Matrix q, Matrix kv, int heads, int tokens, Matrix y, double? scale = null)
    {
        long images = Shapes.Times(kv.Rows, tokens);
        long asking = Shapes.Times(q.Rows, images);
        long width = Shapes.Times(q.Columns, heads);
        Shapes.Are(kv, kv.Rows, 2 * q.Columns);
        Shapes.Same(q, y);
        if (q.OnHost)
        {
            new AttentionAnswers(
                (int)asking, tokens, (int)width, heads, (float)ScaleOf(width, scale), Panels.Widest,
                HeadMatrix.SideBySide(q, asking, 0, width), HeadMatrix.SideBySide(kv, tokens, 0, width),
                HeadMatrix.SideBySide(kv, tokens, q.Columns, width), HeadMatrix.SideBySide(y, asking, 0, width)).Run(images);
            return;
        }

        using var eager = Eager.Begin();
        (Tensor queries, Tensor keys, Tensor values) = ByHead(q, kv, heads, tokens);
        y.Tensor.copy_(Merged(Answers(queries, keys, values, scale), y));
    }

    /// <summary>Attention of heads that have matrices of their own, as in training, whose probabilities stay in the cache.</summary>
    /// <param name="q">Images · heads · tokens x the head's columns.</param>
    /// <param name="k">As q.</param>
    /// <param name="v">As q.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">As q.</param>
    /// <param name="scale">The factor of the scores: 1 / sqrt(columns of a head) unless said.</param>
    public static void AttentionByHead(Matrix q, Matrix k, Matrix v, int tokens, Matrix y, double? scale = null)
    {
        long heads = Shapes.Times(q.Rows, tokens);
        Shapes.Same(q, k);
        Shapes.Same(q, v);
        Shapes.Same(q, y);
        if (q.OnHost)
        {
            new AttentionAnswers(
                tokens, tokens, (int)q.Columns, heads: 1, (float)ScaleOf(q.Columns, scale), Panels.Widest,
                HeadMatrix.OneAfterAnother(q, tokens, 1), HeadMatrix.OneAfterAnother(k, tokens, 1),
                HeadMatrix.OneAfterAnother(v, tokens, 1), HeadMatrix.OneAfterAnother(y, tokens, 1)).Run(heads);
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(Answers(ByHead(q, heads), ByHead(k, heads), ByHead(v, heads), scale).view(y.Rows, y.Columns));
    }

    /// <summary>y = (x - mean) / sqrt(variance + epsilon) with the statistics of each row: layer norm whose weight and bias are in the layer that follows.</summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="epsilon">What keeps the division from zero.</param>
    /// <param name="y">Rows x columns; may be <paramref name="x"/>.</param>
    public static void Normalize(Matrix x, double epsilon, Matrix y)
    {
        Shapes.Same(x, y);
        if (x.OnHost)
        {
            NativeParallel.For(x.Rows, Elementwise.RowsOfGrain(x), new LayerNormRows(
                x.Pointer, null, null, (float)epsilon, y.Pointer, null, null, null, null, x.Columns));
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(Normalized(x, epsilon));
    }

    /// <summary>Layer norm, as in training, of which only the output is kept.</summary>
    /// <param name="x">Rows x columns.</param>
    /// <param name="weight">1 x columns.</param>
    /// <param name="bias">1 x columns.</param>
    /// <param name="epsilon">What keeps the division from zero.</param>
    /// <param name="y">Rows x columns; may be <paramref name="x"/>.</param>
    public static void LayerNorm(Matrix x, Matrix weight, Matrix bias, double epsilon, Matrix y)
    {
        Shapes.Same(x, y);
        Shapes.RowOf(x, weight);
        Shapes.RowOf(x, bias);
        if (x.OnHost)
        {
            NativeParallel.For(x.Rows, Elementwise.RowsOfGrain(x), new LayerNormRows(
                x.Pointer, weight.Pointer, bias.Pointer, (float)epsilon, y.Pointer, null, null, null, null, x.Columns));
            return;
        }

        using var eager = Eager.Begin();
        y.Tensor.copy_(Normalized(x, epsilon) * weight.Tensor + bias.Tensor);
    }

    private static Tensor Answers(Tensor queries, Tensor keys, Tensor values, double? scale) =>
        (queries.matmul(keys.transpose(-2, -1)) * ScaleOf(queries.shape[^1], scale)).softmax(-1).matmul(values);

    private static double ScaleOf(long width, double? scale) => scale ?? 1 / Math.Sqrt(width);

    private static Tensor Normalized(Matrix x, double epsilon)
    {
        Tensor centred = x.Tensor - x.Tensor.mean([1], keepdim: true);
        return centred * (centred.square().mean([1], keepdim: true) + epsilon).rsqrt();
    }
}
