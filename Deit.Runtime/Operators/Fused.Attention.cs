using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

public static partial class Fused
{
    /// <summary>
    /// Multi-head self-attention (Vaswani et al., arXiv 1706.03762, 3.2): softmax(Q Kᵀ / sqrt(d)) V of every head, read from and
    /// written to where the linear layers before and after it have their matrices.
    /// </summary>
    /// <param name="qkv">Images · tokens x 3 · columns: in each row queries, keys and values, each with the heads side by side.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">Images · tokens x columns: the heads side by side.</param>
    /// <param name="probabilities">
    /// Images · heads · tokens x the tokens, rounded up to 16: the softmax, for backward; what is too much is set to zero.
    /// </param>
    public static void Attention(Matrix qkv, int heads, int tokens, Matrix y, Matrix probabilities)
    {
        long images = CheckPacked(qkv, heads, tokens, y, probabilities, Lanes.RoundUp(tokens, SmallProduct.TileColumns));
        if (qkv.OnHost)
        {
            PackedForward(qkv, heads, tokens, y, probabilities, recomputes: false);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] packed = Unpacked(qkv, images, heads, tokens);
        Tensor weights = Softmax(packed[0], packed[1]);
        probabilities.Tensor.fill_(0);
        probabilities.Tensor.narrow(1, 0, tokens).copy_(weights.view(images * heads * tokens, tokens));
        y.Tensor.copy_(weights.to(qkv.Type).matmul(packed[2]).transpose(1, 2).reshape(y.Rows, y.Columns));
    }

    /// <summary>The gradient of <see cref="Attention(Matrix, int, int, Matrix, Matrix)"/>, packed as its input.</summary>
    /// <param name="qkv">The input of forward.</param>
    /// <param name="probabilities">From forward.</param>
    /// <param name="dy">Images · tokens x columns.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="dQkv">As <paramref name="qkv"/>.</param>
    public static void AttentionBackward(Matrix qkv, Matrix probabilities, Matrix dy, int heads, int tokens, Matrix dQkv)
    {
        long images = CheckPacked(qkv, heads, tokens, dy, probabilities, Lanes.RoundUp(tokens, SmallProduct.TileColumns));
        Shapes.Same(qkv, dQkv);
        if (qkv.OnHost)
        {
            PackedBackward(qkv, probabilities, dy, heads, tokens, dQkv, recomputes: false);
            return;
        }

        using var eager = Eager.Begin();
        Tensor weights = probabilities.Tensor.narrow(1, 0, tokens).reshape(images, heads, tokens, tokens);
        PackedGradients(Unpacked(qkv, images, heads, tokens), weights, dy, tokens, dQkv);
    }

    /// <summary>
    /// <see cref="Attention(Matrix, int, int, Matrix, Matrix)"/> that keeps two numbers of each row of probabilities in place of the row (Dao et al., arXiv 2205.14135,
    /// section 3.1); the output is the same to the bit.
    /// </summary>
    /// <param name="qkv">As there.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="y">Images · tokens x columns: the heads side by side.</param>
    /// <param name="statistics">
    /// Images · heads · tokens x 2, for backward: what is added to the scaled scores of a row before they are exponentiated, the negative of the largest,
    /// and the reciprocal of the exponentials' sum.
    /// </param>
    public static void FlashAttention(Matrix qkv, int heads, int tokens, Matrix y, Matrix statistics)
    {
        long images = CheckPacked(qkv, heads, tokens, y, statistics, columnsOfKept: 2);
        if (qkv.OnHost)
        {
            PackedForward(qkv, heads, tokens, y, statistics, recomputes: true);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] packed = Unpacked(qkv, images, heads, tokens);
        Tensor scores = Scores(packed[0], packed[1]);
        Tensor shift = -scores.amax([-1], keepdim: true);
        Tensor exponentials = (scores + shift).exp();
        Tensor inverse = 1 / exponentials.sum(-1, keepdim: true);
        statistics.Tensor.copy_(cat([shift, inverse], -1).view(statistics.Rows, 2));
        y.Tensor.copy_((exponentials * inverse).to(qkv.Type).matmul(packed[2]).transpose(1, 2).reshape(y.Rows, y.Columns));
    }

    /// <summary>The gradient of <see cref="FlashAttention"/>, packed as its input: that of <see cref="Attention(Matrix, int, int, Matrix, Matrix)"/>, to the bit.</summary>
    /// <param name="qkv">The input of forward.</param>
    /// <param name="statistics">From forward.</param>
    /// <param name="dy">Images · tokens x columns.</param>
    /// <param name="heads">How many heads share the columns.</param>
    /// <param name="tokens">Tokens of an image.</param>
    /// <param name="dQkv">As <paramref name="qkv"/>.</param>
    public static void FlashAttentionBackward(Matrix qkv, Matrix statistics, Matrix dy, int heads, int tokens, Matrix dQkv)
    {
        long images = CheckPacked(qkv, heads, tokens, dy, statistics, columnsOfKept: 2);
        Shapes.Same(qkv, dQkv);
        if (qkv.OnHost)
        {
            PackedBackward(qkv, statistics, dy, heads, tokens, dQkv, recomputes: true);
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] packed = Unpacked(qkv, images, heads, tokens);
        Tensor scores = Scores(packed[0], packed[1]);
        Tensor rows = statistics.Tensor.view(images, heads, tokens, 2);
        PackedGradients(packed, ((scores + rows.narrow(-1, 0, 1)).exp() * rows.narrow(-1, 1, 1)).to(qkv.Type), dy, tokens, dQkv);
    }
}
