using Deit.Operators;
using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class AttentionTests
{
    /// <summary>Images, heads, tokens, columns of a head.</summary>
    public static TheoryData<string, ScalarType, int[]> Cases => Shaped.With(
        [1, 1, 1, 16], [1, 3, 1, 24], [2, 1, 5, 16], [1, 2, 16, 32], [2, 3, 17, 64], [1, 2, 31, 80], [1, 1, 50, 128], [2, 2, 65, 12], [1, 1, 7, 1], [1, 3, 197, 64]);

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Packed_attention_and_its_gradient_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int images, int heads, int tokens, int width) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        using var space = new Workspace(device, type);
        int columns = heads * width;
        Tensor qkv = 3 * space.Leaf("qkv", images * tokens, 3 * columns), dy = space.Leaf("dy", images * tokens, columns);
        Tensor parts = qkv.view(images, tokens, 3, heads, width).permute(2, 0, 3, 1, 4);
        Tensor y = Attention(parts[0], parts[1], parts[2]).transpose(1, 2).reshape(images * tokens, columns);
        Tensor gradient = autograd.grad([y], [qkv], [dy])[0];
        int padded = (tokens + 15) / 16 * 16;
        Matrix input = space.Of(qkv), output = space.New(images * tokens, columns), probabilities = space.New(images * heads * tokens, padded);
        Matrix dQkv = space.New(images * tokens, 3 * columns);
        Matrix inferred = space.New(images * tokens, columns), folded = space.New(images * tokens, columns);

        Fused.Attention(input, heads, tokens, output, probabilities);
        Fused.AttentionBackward(input, probabilities, space.Of(dy), heads, tokens, dQkv);
        Fused.Attention(input, heads, tokens, inferred);
        Fused.Attention(space.Of(ScaledQueries(qkv, columns, width)), heads, tokens, folded, scale: 1);

        space.Holds(y, output, "y");
        space.Holds(gradient, dQkv, "dQkv");
        space.Holds(y, inferred, "y without probabilities");
        space.Holds(y, folded, "y with the scale in the queries");
        space.Holds(ones(probabilities.Rows, dtype: ScalarType.Float64, device: CPU), SumOfRows(space, probabilities.Tensor), "rows sum to one");
        if (padded > tokens) Assert.Equal(0, probabilities.Tensor.narrow(1, tokens, padded - tokens).abs().max().to(ScalarType.Float64).item<double>());
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Attention_whose_probabilities_are_made_again_gives_the_same(string device, ScalarType type, int[] sizes)
    {
        (int images, int heads, int tokens, int width) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        using var space = new Workspace(device, type);
        int rows = images * tokens;
        int columns = heads * width;
        Matrix qkv = space.Of(3 * space.Leaf("qkv", rows, 3 * columns)), dy = space.Of(space.Leaf("dy", rows, columns));
        Matrix probabilities = space.New(images * heads * tokens, (tokens + 15) / 16 * 16), statistics = space.New(images * heads * tokens, 2);
        Matrix kept = space.New(rows, columns), output = space.New(rows, columns), dKept = space.New(rows, 3 * columns), dQkv = space.New(rows, 3 * columns);

        Fused.Attention(qkv, heads, tokens, kept, probabilities);
        Fused.AttentionBackward(qkv, probabilities, dy, heads, tokens, dKept);
        Fused.FlashAttention(qkv, heads, tokens, output, statistics);
        Fused.FlashAttentionBackward(qkv, statistics, dy, heads, tokens, dQkv);

        space.Holds(kept.Tensor.to(ScalarType.Float64).cpu(), output, "y");
        space.Holds(dKept.Tensor.to(ScalarType.Float64).cpu(), dQkv, "dQkv");
        if (!qkv.OnHost) return;
        Assert.True(kept.Tensor.equal(output.Tensor).all().item<bool>(), "y differs in some bit");
        Assert.True(dKept.Tensor.equal(dQkv.Tensor).all().item<bool>(), "dQkv differs in some bit");
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Attention_by_head_and_its_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int images, int heads, int tokens, int width) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        using var space = new Workspace(device, type);
        int rows = images * heads * tokens;
        Tensor q = space.Leaf("q", images, heads, tokens, width), k = space.Leaf("k", images, heads, tokens, width), v = space.Leaf("v", images, heads, tokens, width);
        Tensor dy = space.Leaf("dy", images, heads, tokens, width);
        Tensor y = Attention(q, k, v);
        Tensor[] gradients = [.. autograd.grad([y], [q, k, v], [dy])];
        Matrix output = space.New(rows, width), probabilities = space.New(rows, tokens);
        Matrix[] inputs = [space.Of(q, rows, width), space.Of(k, rows, width), space.Of(v, rows, width)];
        Matrix inferred = space.New(rows, width);
        Matrix[] results = [space.New(rows, width), space.New(rows, width), space.New(rows, width)];

        Fused.AttentionByHead(inputs[0], inputs[1], inputs[2], tokens, output, probabilities);
        Fused.AttentionByHeadBackward(inputs[0], inputs[1], inputs[2], probabilities, space.Of(dy, rows, width), tokens, results[0], results[1], results[2]);
        Fused.AttentionByHead(inputs[0], inputs[1], inputs[2], tokens, inferred);

        space.Holds(y, inferred, "y without probabilities");
        space.Holds(y, output, "y");
        for (int index = 0; index < 3; index++) space.Holds(gradients[index], results[index], $"gradient {index}");
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Attention_of_leading_tokens_and_its_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int images, int heads, int tokens, int width) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        using var space = new Workspace(device, type);
        int columns = heads * width;
        int leading = Math.Min(2, tokens);
        Tensor q = space.Leaf("q", images * leading, columns), kv = space.Leaf("kv", images * tokens, 2 * columns), dy = space.Leaf("dy", images * leading, columns);
        Tensor parts = kv.view(images, tokens, 2, heads, width).permute(2, 0, 3, 1, 4);
        Tensor y = Attention(q.view(images, leading, heads, width).transpose(1, 2), parts[0], parts[1]).transpose(1, 2).reshape(images * leading, columns);
        Tensor[] gradients = [.. autograd.grad([y], [q, kv], [dy])];
        Matrix output = space.New(images * leading, columns), probabilities = space.New(images * heads * leading, (tokens + 15) / 16 * 16);
        Matrix dq = space.New(images * leading, columns), dkv = space.New(images * tokens, 2 * columns);
        Matrix inferred = space.New(images * leading, columns);

        Fused.LeadingAttention(space.Of(q), space.Of(kv), heads, tokens, output, probabilities);
        Fused.LeadingAttentionBackward(space.Of(q), space.Of(kv), probabilities, space.Of(dy), heads, tokens, dq, dkv);
        Fused.LeadingAttention(space.Of(q), space.Of(kv), heads, tokens, inferred);

        space.Holds(y, inferred, "y without probabilities");
        space.Holds(y, output, "y");
        space.Holds(gradients[0], dq, "dq");
        space.Holds(gradients[1], dkv, "dkv");
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Heads_are_split_and_merged_again(string device, ScalarType type, int[] sizes)
    {
        (int images, int heads, int tokens, int width) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        using var space = new Workspace(device, type);
        int rows = images * heads * tokens;
        int columns = heads * width;
        Tensor x = space.Leaf("x", images * tokens, 3 * columns);
        Tensor parts = x.view(images, tokens, 3, heads, width).permute(2, 0, 3, 1, 4);
        Matrix[] divided = [space.New(rows, width), space.New(rows, width), space.New(rows, width)];
        Matrix packed = space.New(images * tokens, 3 * columns, images), merged = space.New(images * tokens, columns, images), again = space.New(rows, width);

        Fused.SplitHeads(space.Of(x, images * tokens, 3 * columns, images), heads, divided[0], divided[1], divided[2]);
        Fused.SplitHeadsBackward(divided[0], divided[1], divided[2], heads, packed);
        Fused.MergeHeads(divided[1], heads, merged);
        Fused.MergeHeadsBackward(merged, heads, again);

        for (int index = 0; index < 3; index++) space.Holds(parts[index], divided[index], $"part {index}");
        space.Holds(x, packed, "packed");
        space.Holds(x.narrow(1, columns, columns), merged, "merged");
        space.Holds(parts[1], again, "divided again");
    }

    [Fact]
    public void Scores_far_apart_do_not_overflow()
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor qkv = 40 * space.Leaf("qkv", 20, 48);
        Tensor parts = qkv.view(1, 20, 3, 1, 16).permute(2, 0, 3, 1, 4);
        Matrix output = space.New(20, 16);

        Matrix inferred = space.New(20, 16);

        Fused.Attention(space.Of(qkv), 1, 20, output, space.New(20, 32));
        Fused.Attention(space.Of(qkv), 1, 20, inferred);

        // Scores of thousands: float32 has three digits of them after the point.
        space.Holds(Attention(parts[0], parts[1], parts[2]), output, 1e-3);
        space.Holds(Attention(parts[0], parts[1], parts[2]), inferred, 1e-3);
    }

    [Theory]
    [InlineData(1, 3, 40, 24)]
    [InlineData(2, 1, 17, 5)]
    [InlineData(1, 2, 197, 64)]
    public void Attention_is_the_same_with_vectors_of_every_width(int images, int heads, int tokens, int width)
    {
        using var space = new Workspace("cpu", ScalarType.Float32);
        Tensor q = space.Leaf("q", images, heads, tokens, width), k = space.Leaf("k", images, heads, tokens, width), v = space.Leaf("v", images, heads, tokens, width);
        foreach (VectorWidth vectors in PackedLinearTests.Widths.Where(static vectors => vectors != VectorWidth.None))
        {
            Matrix output = space.New(images * heads * tokens, width);
            HeadMatrix Of(Tensor values) => HeadMatrix.OneAfterAnother(space.Of(values, output.Rows, width), tokens, heads);

            new AttentionAnswers(
                tokens, tokens, width, heads, 1 / MathF.Sqrt(width), vectors, Of(q), Of(k), Of(v), HeadMatrix.OneAfterAnother(output, tokens, heads)).Run(images);

            space.Holds(Attention(q, k, v), output, vectors.ToString());
        }
    }

    private static Tensor ScaledQueries(Tensor qkv, int columns, int width) =>
        cat([qkv.narrow(1, 0, columns) / Math.Sqrt(width), qkv.narrow(1, columns, 2 * columns)], 1);

    private static Tensor Attention(Tensor q, Tensor k, Tensor v) => (q.matmul(k.transpose(-2, -1)) / Math.Sqrt(q.shape[^1])).softmax(-1).matmul(v);

    private static Matrix SumOfRows(Workspace space, Tensor values) => space.Of(values.sum([1]), values.shape[0], 1);
}
