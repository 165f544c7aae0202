using System.Collections.Immutable;
using System.Globalization;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;

namespace Deit.Compiler.Families;

/// <summary>The blocks that a vision transformer is made of.</summary>
internal static class TransformerBlocks
{
    /// <summary>The epsilon of every layer normalisation, as in timm.</summary>
    public const double Epsilon = 1e-6;

    private const double WeightDeviation = 0.02;

    /// <summary>A linear layer, initialised as transformers are.</summary>
    public static Linear Dense(Size input, Size output, bool hasBias = true) =>
        new(input, output, Initialization.TruncatedNormal(WeightDeviation), hasBias);

    /// <summary>A learned token or embedding, initialised as transformers are.</summary>
    public static LearnedTensor Learned(long tokens, long width, string summary, double deviation = WeightDeviation) =>
        new(new([1, tokens, width]), Initialization.TruncatedNormal(deviation), summary);

    /// <summary>Image to tokens: a convolution with a patch's size and stride, or a stack of small ones.</summary>
    public static Block PatchEmbedding(TransformerShape shape)
    {
        string cuts = $"the image into {shape.Grid}×{shape.Grid} patches";
        var block = new BlockBuilder("PatchEmbedding", shape.ConvStem
            ? $"Shrinks {cuts} by convolutions (Xiao et al., arXiv 2106.14881) and projects each to a token."
            : $"Cuts {cuts} and projects each to a token.");
        Value x = block.Input("x", TensorType.Float(Dim.Batch, shape.Channels, shape.Image, shape.Image));
        x = shape.ConvStem ? ConvStem(block, shape, x) : block.AddMember(
            "x", "proj", new Conv2d(shape.Channels, shape.Width, shape.Patch, Initialization.Default) { Stride = shape.Patch, HasBias = true }, x);
        return block.Build(block.Add("x", new FlattenPatches(), x));
    }

    /// <summary>Attention and MLP, each normalised before and added to what came in.</summary>
    /// <param name="shape">The block's sizes.</param>
    /// <param name="dropPath">The caller's expression of the rate of stochastic depth.</param>
    public static BlockCall TransformerBlock(BlockShape shape, string dropPath)
    {
        TransformerShape model = shape.Model;
        var block = new BlockBuilder("TransformerBlock", "Attention and MLP, each normalised before and added to what came in.");
        Size heads = shape.HeadsDiffer ? block.Argument("heads", shape.Heads, "Number of attention heads.") : shape.Heads;
        Size hidden = shape.HiddenDiffers ? block.Argument("hidden", shape.Hidden, "Hidden features of the MLP.") : shape.Hidden;
        string rate = block.Fraction("dropPath", "Probability to leave out a branch while training.");

        Value x = block.Input("x", TensorType.Float(Dim.Batch, model.Tokens, model.Width));
        Value y = block.AddMember("y", "norm1", new LayerNorm(model.Width, Epsilon), x);
        y = block.AddMember("y", "attn", Attention(shape, heads), y);
        x = AddBranch(block, model, x, y, rate, 1);

        y = block.AddMember("y", "norm2", new LayerNorm(model.Width, Epsilon), x);
        y = block.AddMember("y", "mlp", Mlp(shape, hidden), y);
        return new(block.Build(AddBranch(block, model, x, y, rate, 2)), [.. Given(shape.HeadsDiffer, shape.Heads), .. Given(shape.HiddenDiffers, shape.Hidden), dropPath]);
    }

    private static Value ConvStem(BlockBuilder block, TransformerShape shape, Value x)
    {
        // 3×3 convolutions of stride 2, each of twice the channels, the last of the width; then one of 1×1 that mixes them.
        int number = 1;
        for (long remaining = shape.Patch; remaining > 1; remaining /= 2, number++)
        {
            string name = string.Format(CultureInfo.InvariantCulture, "conv{0}", number);
            x = block.AddMember("x", name, ConvolutionBlocks.ConvNorm(x.Type, shape.Width / (remaining / 2), kernel: 3, stride: 2, groups: 1), x);
        }

        return block.AddMember("x", "proj", new Conv2d(shape.Width, shape.Width, 1, Initialization.Default) { HasBias = true }, x);
    }

    private static Value AddBranch(BlockBuilder block, TransformerShape model, Value x, Value y, string dropPath, int number)
    {
        if (model.LayerScale is { } initial) y = block.AddMember("y", Numbered("ls", number), new LayerScale(model.Width, initial), y);
        y = block.AddMember("y", Numbered("drop_path", number), new DropPath(dropPath, model.DropsWholeBatch), y);
        return block.Add("x", new Add(), x, y);
    }

    private static BlockCall Attention(BlockShape shape, Size heads)
    {
        TransformerShape model = shape.Model;
        var block = new BlockBuilder("Attention", shape.HeadsDiffer
            ? $"Self-attention of {model.Tokens} tokens."
            : $"Self-attention of {model.Tokens} tokens in {shape.Heads} heads of width {model.Width / shape.Heads}.");
        Size count = shape.HeadsDiffer ? block.Argument("heads", shape.Heads, "Number of heads.") : shape.Heads;

        Value x = block.Input("x", TensorType.Float(Dim.Batch, model.Tokens, model.Width));
        Value qkv = block.AddMember("qkv", "qkv", Dense(model.Width, 3 * model.Width, model.QkvBias), x);
        qkv = block.Add("qkv", new SplitHeads(count), qkv);
        Value q = block.Add("q", new Unpack(0), qkv);
        Value k = block.Add("k", new Unpack(1), qkv);
        Value v = block.Add("v", new Unpack(2), qkv);
        if (model.QkNorm)
        {
            q = block.AddMember("q", "q_norm", new LayerNorm(q.Type[-1], Epsilon), q);
            k = block.AddMember("k", "k_norm", new LayerNorm(k.Type[-1], Epsilon), k);
        }

        x = block.Add("x", new ScaledDotProductAttention(), q, k, v);
        x = block.Add("x", new MergeHeads(), x);
        x = block.AddMember("x", "proj", Dense(model.Width, model.Width), x);
        return new(block.Build(Dropout.AddTo(block, "x", "proj_drop", model.ProjectionDropRate, x)), shape.HeadsDiffer ? [heads.Text] : []);
    }

    private static BlockCall Mlp(BlockShape shape, Size hidden)
    {
        TransformerShape model = shape.Model;
        var block = new BlockBuilder("Mlp", shape.HiddenDiffers ? "Two linear layers." : $"Two linear layers with {shape.Hidden} hidden features.");
        Size features = shape.HiddenDiffers ? block.Argument("hidden", shape.Hidden, "Hidden features.") : shape.Hidden;
        Value x = block.Input("x", TensorType.Float(Dim.Batch, model.Tokens, model.Width));
        x = block.AddMember("x", "fc1", Dense(model.Width, features), x);
        x = block.Add("x", new Gelu(), x);
        x = Dropout.AddTo(block, "x", "drop1", model.ProjectionDropRate, x);
        x = block.AddMember("x", "fc2", Dense(features, model.Width), x);
        return new(block.Build(Dropout.AddTo(block, "x", "drop2", model.ProjectionDropRate, x)), shape.HiddenDiffers ? [hidden.Text] : []);
    }

    private static ImmutableArray<string> Given(bool differs, long value) => differs ? [value.ToString(CultureInfo.InvariantCulture)] : [];

    private static string Numbered(string name, int number) => name + number.ToString(CultureInfo.InvariantCulture);
}
