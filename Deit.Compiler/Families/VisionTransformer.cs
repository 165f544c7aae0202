using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Ops;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>
/// Vision transformers (Dosovitskiy et al., arXiv 2010.11929) and DeiT (Touvron et al., arXiv 2012.12877), with the
/// parameter names and the arithmetic of timm.
/// </summary>
internal sealed class VisionTransformer : Family
{
    private const double Epsilon = 1e-6;
    private const double WeightDeviation = 0.02;

    /// <inheritdoc/>
    public override string Name => "vision_transformer";

    /// <inheritdoc/>
    public override string AttributeName => "Deit.VisionTransformerAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<Key> Keys { get; } =
    [
        ModelKeys.ImageSize,
        ModelKeys.Channels,
        new("patch_size", ValueKind.Integer, "Height and width of a patch, in pixels.") { Default = 16L, Minimum = 1, Maximum = 1024 },
        new("embed_dim", ValueKind.Integer, "Width of the tokens.") { Required = true, Minimum = 1, Maximum = 65_536 },
        new("depth", ValueKind.Integer, "Number of blocks.") { Required = true, Minimum = 1, Maximum = 1000 },
        new("heads", ValueKind.Integer, "Number of attention heads; it divides the width of the tokens.") { Required = true, Minimum = 1, Maximum = 4096 },
        new("mlp_ratio", ValueKind.Number, "Width of the hidden layer of a block's MLP, in widths of the tokens.") { Default = 4.0, Minimum = 0.01, Maximum = 64 },
        new("qkv_bias", ValueKind.Boolean, "Whether queries, keys and values have a bias.") { Default = true },
        new("distilled", ValueKind.Boolean, "Whether there is a distillation token with a head of its own.") { Default = false },
        ModelKeys.Classes,
        ModelKeys.DropPath,
    ];

    /// <inheritdoc/>
    internal override IEnumerable<SpecFinding> Check(SpecTable spec)
    {
        long width = spec.Integer("embed_dim");
        long heads = spec.Integer("heads");
        if (width % heads != 0)
        {
            long below = width / heads * heads;
            string widths = below > 0 ? $"{below} or {below + heads}" : $"{heads}";
            yield return new(Rules.WidthNotDivisibleByHeads, "heads",
                $"{{embed_dim}} {width} is not divisible by {{heads}} {heads}; try {{embed_dim}} {widths}, or {{heads}} {NearestDivisor(width, heads)}");
        }

        long image = spec.Integer("image_size");
        long patch = spec.Integer("patch_size");
        if (image % patch != 0)
        {
            long below = image / patch * patch;
            string sizes = below > 0 ? $"{below} or {below + patch}" : $"{patch}";
            yield return new(Rules.ImageNotDivisibleByPatch, spec.States("patch_size") ? "patch_size" : "image_size",
                $"{{image_size}} {image} is not divisible by {{patch_size}} {patch}; try {{image_size}} {sizes}, or {{patch_size}} {NearestDivisor(image, patch)}");
        }
    }

    /// <inheritdoc/>
    internal override Architecture Build(SpecTable spec, string className)
    {
        var shape = new TransformerShape(spec);
        string summary = spec.Boolean("distilled")
            ? $"A distilled vision transformer: {shape.Depth} blocks of width {shape.Width} over {shape.Patches} patches, a class token and a distillation token."
            : $"A vision transformer: {shape.Depth} blocks of width {shape.Width} over {shape.Patches} patches and a class token.";
        var model = new BlockBuilder(className, summary);

        Value images = model.Input("images", TensorType.Float(Dim.Batch, shape.Channels, shape.Image, shape.Image));
        Value clsToken = model.AddMember("clsToken", "cls_token", Token(shape, "the class token"));
        Value posEmbed = model.AddMember("posEmbed", "pos_embed", new LearnedTensor(
            new([1, shape.Tokens, shape.Width]), Initialization.TruncatedNormal(WeightDeviation), "the position embeddings of all tokens"));
        Value[] tokens = shape.Distilled
            ? [clsToken, model.AddMember("distToken", "dist_token", Token(shape, "the distillation token"))]
            : [clsToken];

        Value x = model.AddMember("x", "patch_embed", new BlockCall(PatchEmbedding(shape), []), images);
        x = model.Add("x", new PrependTokens(), [.. tokens, x]);
        x = model.Add("x", new Add(), x, posEmbed);
        x = model.Add("x", new RepeatedBlock("Blocks", TransformerBlock(shape), ["i * dropPathStep"], shape.Depth, "blocks.", 0), x);
        x = model.AddMember("x", "norm", new LayerNorm(shape.Width, Epsilon), x);

        var outputs = new List<Value> { Head(model, shape, x, "head", 0, "classLogits") };
        if (shape.Distilled) outputs.Add(Head(model, shape, x, "head_dist", 1, "distillationLogits"));
        return new(model.Build([.. outputs]), (int)shape.Classes, shape.Distilled, spec.Number("drop_path"), (int)shape.Depth - 1);
    }

    private static LearnedTensor Token(TransformerShape shape, string summary) =>
        new(new([1, 1, shape.Width]), Initialization.TruncatedNormal(WeightDeviation), summary);

    private static Linear Dense(long input, long output, bool hasBias = true) =>
        new(input, output, Initialization.TruncatedNormal(WeightDeviation), hasBias);

    private static Value Head(BlockBuilder model, TransformerShape shape, Value x, string member, int token, string logits)
    {
        Value feature = model.Add(token == 0 ? "classFeature" : "distillationFeature", new TokenAt(token), x);
        return model.AddMember(logits, member, Dense(shape.Width, shape.Classes), feature);
    }

    private static Block PatchEmbedding(TransformerShape shape)
    {
        var block = new BlockBuilder("PatchEmbedding", $"Cuts the image into {shape.Grid}×{shape.Grid} patches and projects each to a token.");
        Value x = block.Input("x", TensorType.Float(Dim.Batch, shape.Channels, shape.Image, shape.Image));
        x = block.AddMember("x", "proj", new Conv2d(shape.Channels, shape.Width, shape.Patch, Initialization.Default) { Stride = shape.Patch, HasBias = true }, x);
        return block.Build(block.Add("x", new FlattenPatches(), x));
    }

    private static Block TransformerBlock(TransformerShape shape)
    {
        var block = new BlockBuilder("TransformerBlock", "Attention and MLP, each normalised before and added to what came in.");
        string dropPath = block.Fraction("dropPath", "Probability to leave out a branch while training.");
        Value x = block.Input("x", TensorType.Float(Dim.Batch, shape.Tokens, shape.Width));

        Value y = block.AddMember("y", "norm1", new LayerNorm(shape.Width, Epsilon), x);
        y = block.AddMember("y", "attn", new BlockCall(Attention(shape), []), y);
        y = block.AddMember("y", "drop_path1", new DropPath(dropPath), y);
        x = block.Add("x", new Add(), x, y);

        y = block.AddMember("y", "norm2", new LayerNorm(shape.Width, Epsilon), x);
        y = block.AddMember("y", "mlp", new BlockCall(Mlp(shape), []), y);
        y = block.AddMember("y", "drop_path2", new DropPath(dropPath), y);
        return block.Build(block.Add("x", new Add(), x, y));
    }

    private static Block Attention(TransformerShape shape)
    {
        var block = new BlockBuilder("Attention", $"Self-attention of {shape.Tokens} tokens in {shape.Heads} heads of width {shape.Width / shape.Heads}.");
        Value x = block.Input("x", TensorType.Float(Dim.Batch, shape.Tokens, shape.Width));
        Value qkv = block.AddMember("qkv", "qkv", Dense(shape.Width, 3 * shape.Width, shape.QkvBias), x);
        qkv = block.Add("qkv", new SplitHeads(shape.Heads), qkv);
        x = block.Add("x", new ScaledDotProductAttention(), qkv);
        x = block.Add("x", new MergeHeads(), x);
        return block.Build(block.AddMember("x", "proj", Dense(shape.Width, shape.Width), x));
    }

    private static Block Mlp(TransformerShape shape)
    {
        var block = new BlockBuilder("Mlp", $"Two linear layers with {shape.Hidden} hidden features.");
        Value x = block.Input("x", TensorType.Float(Dim.Batch, shape.Tokens, shape.Width));
        x = block.AddMember("x", "fc1", Dense(shape.Width, shape.Hidden), x);
        x = block.Add("x", new Gelu(), x);
        return block.Build(block.AddMember("x", "fc2", Dense(shape.Hidden, shape.Width), x));
    }

    private static long NearestDivisor(long number, long near)
    {
        for (long distance = 1; ; distance++)
        {
            if (near - distance >= 1 && number % (near - distance) == 0) return near - distance;
            if (number % (near + distance) == 0) return near + distance;
        }
    }

    /// <summary>The sizes that the blocks share.</summary>
    private sealed record TransformerShape(SpecTable Spec)
    {
        public long Image => Spec.Integer("image_size");

        public long Patch => Spec.Integer("patch_size");

        public long Channels => Spec.Integer("channels");

        public long Width => Spec.Integer("embed_dim");

        public long Depth => Spec.Integer("depth");

        public long Heads => Spec.Integer("heads");

        public long Classes => Spec.Integer("classes");

        public bool Distilled => Spec.Boolean("distilled");

        public bool QkvBias => Spec.Boolean("qkv_bias");

        public long Grid => Image / Patch;

        public long Patches => Grid * Grid;

        public long Tokens => Patches + (Distilled ? 2 : 1);

        public long Hidden => (long)(Width * Spec.Number("mlp_ratio"));
    }
}
