using System;
using System.Linq;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>The sizes and variations of a vision transformer, as its blocks need them.</summary>
/// <param name="Spec">The values of its keys.</param>
internal sealed record TransformerShape(SpecTable Spec)
{
    public long Image => Spec.Integer("image_size");

    public long Patch => Spec.Integer("patch_size");

    public long Channels => Spec.Integer("channels");

    public long Width => Spec.Integer("embed_dim");

    public long Depth => Spec.Integer("depth");

    public long Classes => Spec.Integer("classes");

    public bool HasClassToken => Spec.Boolean("class_token");

    public bool Distilled => Spec.Boolean("distilled");

    public long Registers => Spec.Integer("registers");

    /// <summary>Standard deviation of the first values of class and register tokens.</summary>
    public double TokenDeviation => Spec.Number("token_std");

    public bool QkvBias => Spec.Boolean("qkv_bias");

    public bool QkNorm => Spec.Boolean("qk_norm");

    public bool ConvStem => Spec.Text("stem") == "conv";

    public bool PoolsMean => Spec.Text("pool") == "avg";

    /// <summary>Whether position embeddings are added to the patches alone, before the other tokens join them.</summary>
    public bool EmbedsPatchesOnly => Spec.Boolean("no_embed_class");

    /// <summary>Whether stochastic depth leaves out a branch for all images of a step together.</summary>
    public bool DropsWholeBatch => ModelKeys.DropsWholeBatch(Spec.Text("drop_path_mode"));

    /// <summary>The rate of dropout of what a head reads.</summary>
    public double HeadDropRate => Spec.Number("drop_rate");

    /// <summary>The rate of dropout of the tokens with their positions.</summary>
    public double PositionDropRate => Spec.Number("pos_drop_rate");

    /// <summary>The rate of dropout inside the blocks, in attention and MLP.</summary>
    public double ProjectionDropRate => Spec.Number("proj_drop_rate");

    /// <summary>What layer scale starts from; null where there is none.</summary>
    public double? LayerScale => Spec.Find("init_values") is { } value ? Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture) : null;

    public long Grid => Image / Patch;

    public long Patches => Grid * Grid;

    public long PrefixTokens => (HasClassToken ? 1 : 0) + (Distilled ? 1 : 0) + Registers;

    public long Tokens => Patches + PrefixTokens;

    /// <summary>The blocks, in which heads and MLPs may differ.</summary>
    public BlockShape[] Blocks
    {
        get
        {
            long[] heads = Spec.IntegersPerBlock("heads", Depth);
            double[] ratios = Spec.NumbersPerBlock("mlp_ratio", Depth);
            return [.. Enumerable.Range(0, (int)Depth).Select(i => new BlockShape(
                this, heads[i], Math.Max(1, (long)(Width * ratios[i])), Spec.IsPerBlock("heads"), Spec.IsPerBlock("mlp_ratio")))];
        }
    }
}

/// <summary>The sizes of one block.</summary>
/// <param name="Model">The model's.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="Hidden">Hidden features of the MLP.</param>
/// <param name="HeadsDiffer">Whether other blocks have another number of heads.</param>
/// <param name="HiddenDiffers">Whether other blocks have another number of hidden features.</param>
internal sealed record BlockShape(TransformerShape Model, long Heads, long Hidden, bool HeadsDiffer, bool HiddenDiffers);
