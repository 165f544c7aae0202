using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed class ElementwiseTests
{
    /// <summary>Images, rows of an image, columns.</summary>
    public static TheoryData<string, ScalarType, int[]> Images => Shaped.With([1, 1, 1], [1, 5, 17], [3, 1, 8], [2, 7, 3], [4, 49, 33], [5, 300, 24], [2, 600, 96]);

    [SkippableTheory]
    [MemberData(nameof(Shaped.Matrices), MemberType = typeof(Shaped))]
    public void Sums_copies_and_column_scales_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int rows, int columns) = (sizes[0], sizes[1]);
        using var space = new Workspace(device, type);
        Tensor a = space.Leaf("a", rows, columns), b = space.Leaf("b", rows, columns), scale = space.Leaf("scale", columns);
        Tensor[] gradients = [.. autograd.grad([a * scale], [a, scale], [b])];
        Matrix sum = space.New(rows, columns), ontoA = space.Of(a), ontoB = space.Of(b), copy = space.New(rows, columns), scaled = space.Of(a);
        Matrix dx = space.Of(b), dScale = space.New(1, columns);

        Fused.Add(space.Of(a), space.Of(b), sum);
        Fused.Add(ontoA, space.Of(b), ontoA);
        Fused.Add(space.Of(a), ontoB, ontoB);
        Fused.Copy(space.Of(a), copy);
        Fused.ScaleColumns(scaled, space.Row(scale), scaled);
        Fused.ScaleColumnsBackward(space.Of(a), space.Row(scale), dx, dx, dScale);

        foreach (Matrix result in (Matrix[])[sum, ontoA, ontoB]) space.Holds(a + b, result, "sum");
        space.Holds(a, copy, "copy");
        space.Holds(a * scale, scaled, "scaled");
        space.Holds(gradients[0], dx, "dx");
        space.Holds(gradients[1], dScale, "dScale");
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void What_is_done_for_every_image_equals_autograds(string device, ScalarType type, int[] sizes)
    {
        (int images, int rows, int columns) = (sizes[0], sizes[1], sizes[2]);
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", images, rows, columns), learned = space.Leaf("learned", rows, columns), factors = space.Leaf("factors", images, 1, 1);
        Tensor dy = space.Leaf("dy", images, rows, columns);
        Matrix Stacked(Tensor values) => space.Of(values, images * rows, columns);
        Matrix added = Stacked(x), sum = space.New(rows, columns), scaled = Stacked(x);
        Matrix ofImages = space.Of(factors, images, 1);

        Fused.AddToEveryImage(added, space.Of(learned), added);
        Fused.SumOverImages(Stacked(dy), sum);
        Fused.ScaleImages(scaled, ofImages, scaled);

        space.Holds(x + learned, added, "added");
        space.Holds(autograd.grad([x + learned], [learned], [dy])[0], sum, "sum");
        space.Holds(x * factors, scaled, "scaled");
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Gates_and_means_and_their_gradients_equal_autograds(string device, ScalarType type, int[] sizes)
    {
        (int images, int rows, int columns) = (sizes[0], sizes[1], sizes[2]);
        int skipped = Math.Min(2, rows - 1);
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", images, rows, columns), gate = space.Leaf("gate", images, 1, columns), dy = space.Leaf("dy", images, rows, columns), dMean = space.Leaf("dMean", images, columns);
        Tensor[] gradients = [.. autograd.grad([x * gate], [x, gate], [dy])];
        Tensor mean = x.narrow(1, skipped, rows - skipped).mean([1]);
        Matrix Stacked(Tensor values) => space.Of(values, images * rows, columns);
        Matrix gated = space.New(images * rows, columns), dx = Stacked(dy), dGate = space.New(images, columns), pooled = space.New(images, columns), dPooled = space.New(images * rows, columns);

        Fused.Gate(Stacked(x), space.Of(gate, images, columns), gated);
        Fused.GateBackward(Stacked(x), space.Of(gate, images, columns), dx, dx, dGate);
        Fused.MeanOfRows(Stacked(x), rows, skipped, pooled);
        Fused.MeanOfRowsBackward(space.Of(dMean), rows, skipped, dPooled);

        space.Holds(x * gate, gated, "gated");
        space.Holds(gradients[0], dx, "dx");
        space.Holds(gradients[1], dGate, "dGate");
        space.Holds(mean, pooled, "mean");
        space.Holds(autograd.grad([mean], [x], [dMean])[0], dPooled, "gradient of the mean");
    }

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void Tokens_are_taken_and_prepended_with_gradients_of_autograd(string device, ScalarType type, int[] sizes)
    {
        (int images, int rows, int columns) = (sizes[0], sizes[1], sizes[2]);
        using var space = new Workspace(device, type);
        Tensor x = space.Leaf("x", images, rows, columns), tokens = space.Leaf("tokens", 2, columns), dAll = space.Leaf("dAll", images, rows + 2, columns), dTaken = space.Leaf("dTaken", images, columns);
        Tensor all = cat([tokens.expand(images, 2, columns), x], 1);
        Tensor[] gradients = [.. autograd.grad([all], [tokens, x], [dAll])];
        Tensor taken = x.select(1, rows - 1);
        Matrix Stacked(Tensor values) => space.Of(values, images * values.shape[1], columns);
        Matrix together = space.New(images * (rows + 2), columns), dTokens = space.New(2, columns), dx = space.New(images * rows, columns);
        Matrix one = space.New(images, columns), dOne = space.New(images * rows, columns);

        Fused.PrependTokens(space.Of(tokens), Stacked(x), together);
        Fused.PrependTokensBackward(Stacked(dAll), dTokens, dx);
        Fused.TakeToken(Stacked(x), rows, rows - 1, one);
        Fused.TakeTokenBackward(space.Of(dTaken), rows, rows - 1, dOne);

        space.Holds(all, together, "together");
        space.Holds(gradients[0], dTokens, "dTokens");
        space.Holds(gradients[1], dx, "dx");
        space.Holds(taken, one, "taken");
        space.Holds(autograd.grad([taken], [x], [dTaken])[0], dOne, "gradient of the taken");
    }
}
