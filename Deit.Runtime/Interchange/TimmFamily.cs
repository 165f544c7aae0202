using System.Collections.Immutable;

namespace Deit.Interchange;

/// <summary>A key of ours and the argument of timm's constructor that says the same.</summary>
/// <param name="Key">The key: <c>heads</c>.</param>
/// <param name="Argument">The argument: <c>num_heads</c>.</param>
internal readonly record struct ArgumentMap(string Key, string Argument);

/// <summary>How timm names what a family of models is made of (timm/models/*.py).</summary>
internal sealed record TimmFamily
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<TimmFamily> All { get; } =
    [
        new()
        {
            Family = "vision_transformer",
            FirstConvolution = "patch_embed.proj",
            HasFixedInput = true,
            Arguments =
            [
                new("image_size", "img_size"), new("channels", "in_chans"), new("patch_size", "patch_size"), new("embed_dim", "embed_dim"),
                new("depth", "depth"), new("heads", "num_heads"), new("mlp_ratio", "mlp_ratio"), new("qkv_bias", "qkv_bias"), new("qk_norm", "qk_norm"),
                new("init_values", "init_values"), new("class_token", "class_token"), new("registers", "reg_tokens"),
                new("no_embed_class", "no_embed_class"), new("pool", "global_pool"), new("classes", "num_classes"), new("drop_path", "drop_path_rate"),
                new("drop_rate", "drop_rate"), new("pos_drop_rate", "pos_drop_rate"), new("proj_drop_rate", "proj_drop_rate"),
            ],
            Neutral = new Dictionary<string, string>
            {
                ["scale_attn_norm"] = "false", ["scale_mlp_norm"] = "false", ["proj_bias"] = "true", ["pos_embed"] = "\"learn\"",
                ["pre_norm"] = "false", ["final_norm"] = "true", ["pool_include_prefix"] = "false", ["act_layer"] = "\"gelu\"", ["norm_layer"] = "\"layernorm\"",
            }.ToImmutableDictionary(),
            TrainingAlone = ["patch_drop_rate", "attn_drop_rate", "weight_init", "fix_init", "dynamic_img_size", "dynamic_img_pad"],
        },
        new()
        {
            Family = "regnet",
            FirstConvolution = "stem.conv",
            Arguments =
            [
                new("channels", "in_chans"), new("stem_width", "stem_width"), new("w0", "w0"), new("wa", "wa"), new("wm", "wm"), new("depth", "depth"),
                new("group_width", "group_size"), new("se_ratio", "se_ratio"), new("classes", "num_classes"), new("drop_path", "drop_path_rate"),
                new("drop_rate", "drop_rate"),
            ],
            Neutral = new Dictionary<string, string>
            {
                ["bottle_ratio"] = "1", ["group_min_ratio"] = "0", ["downsample"] = "\"conv1x1\"", ["linear_out"] = "false", ["preact"] = "false",
                ["num_features"] = "0", ["act_layer"] = "\"relu\"", ["norm_layer"] = "\"batchnorm\"", ["global_pool"] = "\"avg\"", ["output_stride"] = "32",
            }.ToImmutableDictionary(),
            TrainingAlone = ["zero_init_last"],
        },
        new()
        {
            Family = "efficientnet",
            FirstConvolution = "conv_stem",
            Arguments = [new("channels", "in_chans"), new("classes", "num_classes"), new("drop_path", "drop_path_rate"), new("drop_rate", "drop_rate")],
            Neutral = new Dictionary<string, string>
            {
                ["global_pool"] = "\"avg\"", ["output_stride"] = "32", ["pad_type"] = "\"\"", ["fix_stem"] = "false",
            }.ToImmutableDictionary(),
            TrainingAlone = [],
        },
    ];

    /// <summary>The name of our family.</summary>
    public required string Family { get; init; }

    /// <summary>The module that sees the image first.</summary>
    public required string FirstConvolution { get; init; }

    /// <summary>Whether a model takes images of one size only.</summary>
    public bool HasFixedInput { get; init; }

    /// <summary>Keys and arguments that say the same in the same values.</summary>
    public required ImmutableArray<ArgumentMap> Arguments { get; init; }

    /// <summary>Arguments that have no key, and the values, as JSON, of which none is needed.</summary>
    public required ImmutableDictionary<string, string> Neutral { get; init; }

    /// <summary>Arguments that have no key, and change nothing but training.</summary>
    public required ImmutableArray<string> TrainingAlone { get; init; }

    /// <summary>Keys that change nothing but training, where a model's architecture is concerned.</summary>
    public static ImmutableArray<string> TrainingKeys { get; } = ["drop_path", "drop_rate", "pos_drop_rate", "proj_drop_rate", "token_std"];

    /// <summary>The family of that name, or null.</summary>
    public static TimmFamily? Find(string family) => All.FirstOrDefault(known => known.Family == family);
}
