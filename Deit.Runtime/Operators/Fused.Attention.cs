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
        long images = CheckPacked(qkv, heads, tokens, y, probabilities);
        if (qkv.OnHost)
        {
            long columns = y.Columns;
            long width = columns / heads;
            NativeParallel.For(images * heads, 1, new AttentionForward(
                new AttentionHead(tokens, tokens, (int)width), heads,
                HeadMatrix.SideBySide(qkv, tokens, 0, width), HeadMatrix.SideBySide(qkv, tokens, columns, width), HeadMatrix.SideBySide(qkv, tokens, 2 * columns, width),
                HeadMatrix.SideBySide(y, tokens, 0, width), HeadMatrix.OneAfterAnother(probabilities, tokens, heads)));
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] packed = Unpacked(qkv, images, heads, tokens);
        Tensor weights = Softmax(packed[0], packed[1]);
        probabilities.Tensor.fill_(0);
        probabilities.Tensor.narrow(1, 0, tokens).copy_(weights.view(images * heads * tokens, tokens));
        y.Tensor.copy_(weights.matmul(packed[2]).transpose(1, 2).reshape(y.Rows, y.Columns));
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
        long images = CheckPacked(qkv, heads, tokens, dy, probabilities);
        Shapes.Same(qkv, dQkv);
        if (qkv.OnHost)
        {
            long columns = dy.Columns;
            long width = columns / heads;
            NativeParallel.For(images * heads, 1, new AttentionBackward(
                new AttentionHead(tokens, tokens, (int)width), heads,
                HeadMatrix.SideBySide(qkv, tokens, 0, width), HeadMatrix.SideBySide(qkv, tokens, columns, width), HeadMatrix.SideBySide(qkv, tokens, 2 * columns, width),
                HeadMatrix.OneAfterAnother(probabilities, tokens, heads), HeadMatrix.SideBySide(dy, tokens, 0, width),
                HeadMatrix.SideBySide(dQkv, tokens, 0, width), HeadMatrix.SideBySide(dQkv, tokens, columns, width), HeadMatrix.SideBySide(dQkv, tokens, 2 * columns, width)));
            return;
        }

        using var eager = Eager.Begin();
        Tensor[] packed = Unpacked(qkv, images, heads, tokens);
        Tensor weights = probabilities.Tensor.narrow(1, 0, tokens).reshape(images, heads, tokens, tokens);
        Tensor gradient = dy.Tensor.view(images, tokens, heads, dy.Columns / heads).transpose(1, 2);
        (Tensor dq, Tensor dk, Tensor dv) = AttentionGradients(packed[0], packed[1], packed[2], weights, gradient);
        dQkv.Tensor.copy_(stack([dq, dk, dv]).permute(1, 3, 0, 2, 4).reshape(dQkv.Rows, dQkv.Columns));
    }
}
