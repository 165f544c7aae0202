using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>How attention by libtorch's operators sees packed matrices.</content>
public static partial class Fused
{
    private static long CheckPacked(Matrix qkv, int heads, int tokens, Matrix y, Matrix kept, int columnsOfKept)
    {
        long images = Shapes.Times(qkv.Rows, tokens);
        Shapes.Times(y.Columns, heads);
        Shapes.Are(qkv, y.Rows, 3 * y.Columns);
        Shapes.Are(kept, images * heads * tokens, columnsOfKept);
        return images;
    }

    private static void PackedForward(Matrix qkv, int heads, int tokens, Matrix y, Matrix kept, bool recomputes)
    {
        long columns = y.Columns;
        long width = columns / heads;
        NativeParallel.For(Shapes.Times(qkv.Rows, tokens) * heads, 1, new AttentionForward(
            new AttentionHead(tokens, tokens, (int)width, recomputes), heads,
            HeadMatrix.SideBySide(qkv, tokens, 0, width), HeadMatrix.SideBySide(qkv, tokens, columns, width), HeadMatrix.SideBySide(qkv, tokens, 2 * columns, width),
            HeadMatrix.SideBySide(y, tokens, 0, width), HeadMatrix.OneAfterAnother(kept, tokens, heads)));
    }

    private static void PackedBackward(Matrix qkv, Matrix kept, Matrix dy, int heads, int tokens, Matrix dQkv, bool recomputes)
    {
        long columns = dy.Columns;
        long width = columns / heads;
        NativeParallel.For(Shapes.Times(qkv.Rows, tokens) * heads, 1, new AttentionBackward(
            new AttentionHead(tokens, tokens, (int)width, recomputes), heads,
            HeadMatrix.SideBySide(qkv, tokens, 0, width), HeadMatrix.SideBySide(qkv, tokens, columns, width), HeadMatrix.SideBySide(qkv, tokens, 2 * columns, width),
            HeadMatrix.OneAfterAnother(kept, tokens, heads), HeadMatrix.SideBySide(dy, tokens, 0, width),
            HeadMatrix.SideBySide(dQkv, tokens, 0, width), HeadMatrix.SideBySide(dQkv, tokens, columns, width), HeadMatrix.SideBySide(dQkv, tokens, 2 * columns, width)));
    }

    private static Tensor[] Unpacked(Matrix qkv, long images, int heads, int tokens)
    {
        Tensor parts = qkv.Tensor.view(images, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4);
        return [parts[0], parts[1], parts[2]];
    }

    /// <summary>The softmax of the scores, at least in float32.</summary>
    private static Tensor Softmax(Tensor queries, Tensor keys) => Scores(queries, keys).softmax(-1);

    private static Tensor Scores(Tensor queries, Tensor keys) => Wide(queries.matmul(keys.transpose(-2, -1))) / Math.Sqrt(queries.shape[^1]);

    private static Tensor Wide(Tensor tensor) => tensor.dtype == ScalarType.BFloat16 ? tensor.to(ScalarType.Float32) : tensor;

    private static void PackedGradients(Tensor[] packed, Tensor weights, Matrix dy, int tokens, Matrix dQkv)
    {
        Tensor gradient = dy.Tensor.view(-1, tokens, weights.shape[1], dy.Columns / weights.shape[1]).transpose(1, 2);
        (Tensor dq, Tensor dk, Tensor dv) = AttentionGradients(packed[0], packed[1], packed[2], weights, gradient);
        dQkv.Tensor.copy_(stack([dq, dk, dv]).permute(1, 3, 0, 2, 4).reshape(dQkv.Rows, dQkv.Columns));
    }

    private static (Tensor Dq, Tensor Dk, Tensor Dv) AttentionGradients(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor gradient)
    {
        Tensor wide = Wide(weights);
        Tensor ofWeights = Wide(gradient.matmul(values.transpose(-2, -1)));
        Tensor ofScores = (wide * (ofWeights - (ofWeights * wide).sum(-1, keepdim: true)) / Math.Sqrt(queries.shape[^1])).to(queries.dtype);
        return (ofScores.matmul(keys), ofScores.transpose(-2, -1).matmul(queries), weights.transpose(-2, -1).matmul(gradient));
    }
}
