using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>What a head that reads the first tokens alone needs of the last block.</content>
public static partial class Fused
{
    /// <summary>The first tokens of every image.</summary>
    /// <param name="x">Batch · tokens × columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="count">How many are taken.</param>
    /// <param name="y">Batch · count × columns.</param>
    public static void TakeTokens(Matrix x, int tokens, int count, Matrix y)
    {
        Shapes.Are(y, Shapes.Times(x.Rows, tokens) * count, x.Columns);
        using var eager = Eager.Begin();
        y.Tensor.view(-1, count, x.Columns).copy_(x.Tensor.view(-1, tokens, x.Columns).narrow(1, 0, count));
    }

    /// <summary>The gradient of <see cref="TakeTokens"/>: 0 for the tokens that were not taken.</summary>
    public static void TakeTokensBackward(Matrix dy, int tokens, int count, Matrix dx)
    {
        Shapes.Are(dy, Shapes.Times(dx.Rows, tokens) * count, dx.Columns);
        using var eager = Eager.Begin();
        dx.Tensor.zero_();
        dx.Tensor.view(-1, tokens, dx.Columns).narrow(1, 0, count).copy_(dy.Tensor.view(-1, count, dx.Columns));
    }

    /// <summary>softmax(QKᵀ / √d) V in every head, asked by the first tokens and answered by all.</summary>
    /// <param name="q">Batch · n × C, a head beside the other.</param>
    /// <param name="kv">Batch · tokens × 2C: keys, then values.</param>
    /// <param name="heads">Number of heads.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">Batch · n × C.</param>
    /// <param name="probabilities">Batch · heads · n rows; columns beyond the tokens are 0.</param>
    public static void LeadingAttention(Matrix q, Matrix kv, int heads, int tokens, Matrix y, Matrix probabilities)
    {
        if (q.OnHost)
        {
            int asking = CheckLeading(q, kv, y, probabilities, heads, tokens);
            long width = q.Columns / heads;
            NativeParallel.For(kv.Rows / tokens * heads, 1, new AttentionForward(
                new AttentionHead(asking, tokens, (int)width), heads,
                HeadMatrix.SideBySide(q, asking, 0, width), HeadMatrix.SideBySide(kv, tokens, 0, width), HeadMatrix.SideBySide(kv, tokens, q.Columns, width),
                HeadMatrix.SideBySide(y, asking, 0, width), HeadMatrix.OneAfterAnother(probabilities, asking, heads)));
            return;
        }

        using var eager = Eager.Begin();
        (Tensor queries, Tensor keys, Tensor values) = ByHead(q, kv, heads, tokens);
        Tensor answers = (queries.matmul(keys.transpose(-2, -1)) / Math.Sqrt(queries.shape[^1])).softmax(-1);
        probabilities.Tensor.zero_();
        probabilities.Tensor.narrow(1, 0, tokens).copy_(answers.reshape(-1, tokens));
        y.Tensor.copy_(Merged(answers.matmul(values), y));
    }

    /// <summary>The gradients of <see cref="LeadingAttention(Matrix, Matrix, int, int, Matrix, Matrix)"/>.</summary>
    public static void LeadingAttentionBackward(Matrix q, Matrix kv, Matrix probabilities, Matrix dy, int heads, int tokens, Matrix dq, Matrix dkv)
    {
        if (q.OnHost)
        {
            int asking = CheckLeading(q, kv, dy, probabilities, heads, tokens);
            Shapes.Same(q, dq);
            Shapes.Same(kv, dkv);
            long width = q.Columns / heads;
            NativeParallel.For(kv.Rows / tokens * heads, 1, new AttentionBackward(
                new AttentionHead(asking, tokens, (int)width), heads,
                HeadMatrix.SideBySide(q, asking, 0, width), HeadMatrix.SideBySide(kv, tokens, 0, width), HeadMatrix.SideBySide(kv, tokens, q.Columns, width),
                HeadMatrix.OneAfterAnother(probabilities, asking, heads), HeadMatrix.SideBySide(dy, asking, 0, width),
                HeadMatrix.SideBySide(dq, asking, 0, width), HeadMatrix.SideBySide(dkv, tokens, 0, width), HeadMatrix.SideBySide(dkv, tokens, q.Columns, width)));
            return;
        }

        using var eager = Eager.Begin();
        (Tensor queries, Tensor keys, Tensor values) = ByHead(q, kv, heads, tokens);
        Tensor answers = probabilities.Tensor.narrow(1, 0, tokens).reshape(queries.shape[0], heads, -1, tokens);
        Tensor gradient = dy.Tensor.view(queries.shape[0], -1, heads, queries.shape[^1]).transpose(1, 2);
        Tensor ofAnswers = gradient.matmul(values.transpose(-2, -1));
        Tensor ofScores = answers * (ofAnswers - (ofAnswers * answers).sum(-1, keepdim: true)) / Math.Sqrt(queries.shape[^1]);
        dq.Tensor.copy_(Merged(ofScores.matmul(keys), dq));
        Tensor both = stack([ofScores.transpose(-2, -1).matmul(queries), answers.transpose(-2, -1).matmul(gradient)], 0);
        dkv.Tensor.copy_(both.permute(1, 3, 0, 2, 4).reshape(dkv.Rows, dkv.Columns));
    }

    private static int CheckLeading(Matrix q, Matrix kv, Matrix y, Matrix probabilities, int heads, int tokens)
    {
        long images = Shapes.Times(kv.Rows, tokens);
        long queries = Shapes.Times(q.Rows, images);
        Shapes.Times(q.Columns, heads);
        Shapes.Are(kv, kv.Rows, 2 * q.Columns);
        Shapes.Same(q, y);
        Shapes.Are(probabilities, images * heads * queries, Lanes.RoundUp(tokens, SmallProduct.TileColumns));
        return (int)queries;
    }

    private static (Tensor Queries, Tensor Keys, Tensor Values) ByHead(Matrix q, Matrix kv, int heads, int tokens)
    {
        long batch = Shapes.Times(kv.Rows, tokens);
        long width = Shapes.Times(q.Columns, heads);
        Shapes.Are(kv, kv.Rows, 2 * q.Columns);
        Tensor both = kv.Tensor.view(batch, tokens, 2, heads, width).permute(2, 0, 3, 1, 4);
        return (q.Tensor.view(batch, -1, heads, width).transpose(1, 2), both[0], both[1]);
    }

    private static Tensor Merged(Tensor byHead, Matrix like) => byHead.transpose(1, 2).reshape(like.Rows, like.Columns);
}
