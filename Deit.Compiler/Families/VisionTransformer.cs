using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
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
    /// <inheritdoc/>
    public override string Name => "vision_transformer";

    /// <inheritdoc/>
    public override string? AttributeName => "Deit.VisionTransformerAttribute";

    /// <inheritdoc/>
    public override ImmutableArray<Key> Keys { get; } =
    [
        ModelKeys.ImageSize,
        ModelKeys.Channels,
        new("patch_size", ValueKind.Integer, "Height and width of a patch, in pixels.") { Default = 16L, Minimum = 1, Maximum = 1024 },
        new("embed_dim", ValueKind.Integer, "Width of the tokens.") { Required = true, Minimum = 1, Maximum = 65_536 },
        new("depth", ValueKind.Integer, "Number of blocks.") { Required = true, Minimum = 1, Maximum = 1000 },
        new("heads", ValueKind.Integer, "Number of attention heads; it divides the width of the tokens.") { Required = true, PerBlock = true, Minimum = 1, Maximum = 4096 },
        new("mlp_ratio", ValueKind.Number, "Width of the hidden layer of a block's MLP, in widths of the tokens.") { Default = 4.0, PerBlock = true, Minimum = 0.01, Maximum = 64 },
        new("qkv_bias", ValueKind.Boolean, "Whether queries, keys and values have a bias.") { Default = true },
        new("qk_norm", ValueKind.Boolean, "Whether queries and keys are normalised in every head (Dehghani et al., arXiv 2302.05442).") { Default = false },
        new("init_values", ValueKind.Number, "Layer scale: what the factors at the end of every branch start from; left out, there are none (arXiv 2103.17239).") { Minimum = 0, Maximum = 1 },
        new("stem", ValueKind.Text, "How the image becomes tokens: 'patch', one convolution, or 'conv', a stack of small ones (arXiv 2106.14881).") { Default = "patch", Choices = ["patch", "conv"] },
        new("class_token", ValueKind.Boolean, "Whether there is a class token.") { Default = true },
        new("registers", ValueKind.Integer, "Number of register tokens (arXiv 2309.16588).") { Default = 0L, Minimum = 0, Maximum = 1024 },
        new("token_std", ValueKind.Number, "Standard deviation of the first values of the class token and the register tokens: 0.02 as in DeiT, 1e-6 as in timm's vision transformers.") { Default = 0.02, Minimum = 0, Maximum = 1 },
        new("no_embed_class", ValueKind.Boolean, "Whether the patches alone have position embeddings, as in DeiT III (arXiv 2204.07118).") { Default = false },
        new("pool", ValueKind.Text, "What the head reads: 'token', the class token, or 'avg', the mean of the patches.") { Default = "token", Choices = ["token", "avg"] },
        new("distilled", ValueKind.Boolean, "Whether there is a distillation token with a head of its own.") { Default = false },
        ModelKeys.Classes,
        ModelKeys.DropPath with { PerBlock = true },
        ModelKeys.DropPathMode,
        ModelKeys.DropRate,
        ModelKeys.DropRate with { Name = "pos_drop_rate", Description = "Dropout: the probability to drop an element of the tokens, with their positions, while training." },
        ModelKeys.DropRate with { Name = "proj_drop_rate", Description = "Dropout: the probability to drop an element after the projection of attention, after the activation of the MLP and after its last layer, while training." },
        ModelKeys.Precision,
    ];

    /// <inheritdoc/>
    internal override IEnumerable<SpecFinding> Check(SpecTable spec) => TransformerChecks.Check(spec);

    /// <inheritdoc/>
    internal override Architecture Build(SpecTable spec, string className)
    {
        var shape = new TransformerShape(spec);
        var model = new BlockBuilder(className, Summary(shape));
        Value images = model.Input("images", TensorType.Float(Dim.Batch, shape.Channels, shape.Image, shape.Image));
        Value x = Dropout.AddTo(model, "x", "pos_drop", shape.PositionDropRate, Embed(model, shape, images));

        x = model.Add("x", Blocks(shape), x);
        if (!shape.PoolsMean) x = model.AddMember("x", "norm", new LayerNorm(shape.Width, TransformerBlocks.Epsilon), x);

        Block root = shape.PoolsMean ? model.Build(MeanHead(model, shape, x))
            : shape.Distilled ? model.Build(TokenHead(model, shape, x, 0, "head", "class"), TokenHead(model, shape, x, 1, "head_dist", "distillation"))
            : model.Build(TokenHead(model, shape, x, 0, "head", "class"));
        return new(root, (int)shape.Classes, shape.Distilled, spec.IsPerBlock("drop_path") ? null : spec.Number("drop_path"), (int)shape.Depth - 1);
    }

    private static string Summary(TransformerShape shape)
    {
        string tokens = shape.Distilled ? ", a class token and a distillation token" : shape.HasClassToken ? " and a class token" : "";
        return $"A {(shape.Distilled ? "distilled " : "")}vision transformer: {shape.Depth} blocks of width {shape.Width} over {shape.Patches} patches{tokens}.";
    }

    /// <summary>Patches and the other tokens, with their positions.</summary>
    private static Value Embed(BlockBuilder model, TransformerShape shape, Value images)
    {
        var tokens = new List<Value>();
        if (shape.HasClassToken) tokens.Add(model.AddMember("clsToken", "cls_token", TransformerBlocks.Learned(1, shape.Width, "the class token", shape.TokenDeviation)));
        Value? registers = shape.Registers == 0 ? null : model.AddMember(
            "regToken", "reg_token", TransformerBlocks.Learned(
                shape.Registers, shape.Width, "register tokens, which nobody reads (Darcet et al., arXiv 2309.16588)", shape.TokenDeviation));
        Value posEmbed = model.AddMember("posEmbed", "pos_embed", TransformerBlocks.Learned(
            shape.EmbedsPatchesOnly ? shape.Patches : shape.Tokens, shape.Width, shape.EmbedsPatchesOnly ? "the position embeddings of the patches" : "the position embeddings of all tokens"));
        if (shape.Distilled) tokens.Add(model.AddMember("distToken", "dist_token", TransformerBlocks.Learned(1, shape.Width, "the distillation token")));
        if (registers is not null) tokens.Add(registers);

        Value x = model.AddMember("x", "patch_embed", new BlockCall(TransformerBlocks.PatchEmbedding(shape), []), images);
        if (shape.EmbedsPatchesOnly) x = model.Add("x", new Add(), x, posEmbed);
        if (tokens.Count > 0) x = model.Add("x", new PrependTokens(), [.. tokens, x]);
        return shape.EmbedsPatchesOnly ? x : model.Add("x", new Add(), x, posEmbed);
    }

    /// <summary>The blocks: one expression for all where they are alike, each written out where they differ.</summary>
    private static RepeatedBlock Blocks(TransformerShape shape)
    {
        BlockShape[] shapes = shape.Blocks;
        bool listed = shape.Spec.IsPerBlock("drop_path");
        if (!listed && !shapes[0].HeadsDiffer && !shapes[0].HiddenDiffers)
        {
            return RepeatedBlock.Of("Blocks", TransformerBlocks.TransformerBlock(shapes[0], "i * dropPathStep"), shape.Depth, "blocks.", 0);
        }

        double[] rates = shape.Spec.NumbersPerBlock("drop_path", shape.Depth);
        ImmutableArray<BlockCall> calls = [.. shapes.Select((block, i) => TransformerBlocks.TransformerBlock(block, DropPath(i)))];
        return new("Blocks", calls[0].Block, calls, "blocks.", 0);

        string DropPath(int block)
        {
            string index = block.ToString(CultureInfo.InvariantCulture);
            if (!listed) return shape.Depth == 1 ? "dropPathStep" : block == 0 ? "0" : $"{index} * dropPathStep";
            string last = (shape.Depth - 1).ToString(CultureInfo.InvariantCulture);
            return shape.Depth == 1 ? $"options?.DropPath ?? {Spelling.Number(rates[0])}" : $"(options?.DropPath * {index} / {last}) ?? {Spelling.Number(rates[block])}";
        }
    }

    private static Value TokenHead(BlockBuilder model, TransformerShape shape, Value x, int token, string member, string name)
    {
        Value feature = model.Add($"{name}Feature", new TokenAt(token), x);
        feature = Dropout.AddTo(model, $"{name}Feature", $"{member}_drop", shape.HeadDropRate, feature);
        return model.AddMember($"{name}Logits", member, TransformerBlocks.Dense(shape.Width, shape.Classes), feature);
    }

    private static Value MeanHead(BlockBuilder model, TransformerShape shape, Value x)
    {
        Value feature = model.Add("feature", new TokenMean(shape.PrefixTokens), x);
        feature = model.AddMember("feature", "fc_norm", new LayerNorm(shape.Width, TransformerBlocks.Epsilon), feature);
        feature = Dropout.AddTo(model, "feature", "head_drop", shape.HeadDropRate, feature);
        return model.AddMember("logits", "head", TransformerBlocks.Dense(shape.Width, shape.Classes), feature);
    }
}
