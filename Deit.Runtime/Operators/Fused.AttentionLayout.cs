using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <content>How attention by libtorch's operators sees packed matrices.</content>
public static partial class Fused
{
    private static long CheckPacked(Matrix qkv, int heads, int tokens, Matrix y, Matrix probabilities)
    {
        long images = Shapes.Times(qkv.Rows, tokens);
        Shapes.Times(y.Columns, heads);
        Shapes.Are(qkv, y.Rows, 3 * y.Columns);
        Shapes.Are(probabilities, images * heads * tokens, Lanes.RoundUp(tokens, SmallProduct.TileColumns));
        return images;
    }

    private static Tensor[] Unpacked(Matrix qkv, long images, int heads, int tokens)
    {
        Tensor parts = qkv.Tensor.view(images, tokens, 3, heads, -1).permute(2, 0, 3, 1, 4);
        return [parts[0], parts[1], parts[2]];
    }

    /// <summary>The softmax of the scores, at least in float32.</summary>
    private static Tensor Softmax(Tensor queries, Tensor keys) => (Wide(queries.matmul(keys.transpose(-2, -1))) / Math.Sqrt(queries.shape[^1])).softmax(-1);

    private static Tensor Wide(Tensor tensor) => tensor.dtype == ScalarType.BFloat16 ? tensor.to(ScalarType.Float32) : tensor;

    private static (Tensor Dq, Tensor Dk, Tensor Dv) AttentionGradients(Tensor queries, Tensor keys, Tensor values, Tensor weights, Tensor gradient)
    {
        Tensor wide = Wide(weights);
        Tensor ofWeights = Wide(gradient.matmul(values.transpose(-2, -1)));
        Tensor ofScores = (wide * (ofWeights - (ofWeights * wide).sum(-1, keepdim: true)) / Math.Sqrt(queries.shape[^1])).to(queries.dtype);
        return (ofScores.matmul(keys), ofScores.transpose(-2, -1).matmul(queries), weights.transpose(-2, -1).matmul(gradient));
    }
}
