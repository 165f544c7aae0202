using System.Globalization;

namespace Deit.Tests.Generators;

/// <summary>Valid specs of every family, small enough to run in no time.</summary>
internal static class RandomSpecs
{
    /// <summary>A vision transformer, with every key of its family.</summary>
    public static string VisionTransformer(Choices choices)
    {
        bool stacked = choices.Maybe();
        int patch = stacked ? choices.Of(2, 4, 8) : choices.From(1, 8);
        int depth = choices.From(1, 3);
        int[] heads = choices.Maybe() ? [.. Enumerable.Range(0, depth).Select(_ => choices.Of(1, 2, 3, 4))] : [choices.Of(1, 2, 3, 4, 6)];
        bool distilled = choices.Maybe();
        bool mean = !distilled && choices.Maybe();
        bool classToken = !mean || choices.Maybe();
        // 12 is divisible by every number of heads, and by what the stem halves it to.
        int width = 12 * choices.From(1, 3);
        string ratio = PerBlock(choices, depth, () => choices.Of(1.0, 0.3, 2.0, 1.5, 4.0));
        string dropPath = PerBlock(choices, depth, () => choices.Of(0.0, 0.1, 0.5, 0.99));
        string scale = choices.Maybe() ? $"init_values: {choices.Of("1e-5", "0.1", "1", "0")}\n" : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            name: model
            family: vision_transformer
            image_size: {patch * choices.From(1, 4)}
            patch_size: {patch}
            channels: {choices.From(1, 4)}
            embed_dim: {width}
            depth: {depth}
            heads: {(heads.Length == depth && (depth > 1 || choices.Maybe()) ? Choices.List(heads) : heads[0])}
            mlp_ratio: {ratio}
            drop_path: {dropPath}
            qkv_bias: {Truth(choices.Maybe())}
            qk_norm: {Truth(choices.Maybe())}
            stem: {(stacked ? "conv" : "patch")}
            class_token: {Truth(classToken)}
            registers: {choices.From(0, 3)}
            token_std: {choices.Of("0.02", "1e-6", "0", "1")}
            no_embed_class: {Truth(choices.Maybe())}
            pool: {(mean ? "avg" : "token")}
            distilled: {Truth(distilled)}
            classes: {choices.From(1, 9)}
            checkpoint_every: {choices.From(0, 3)}
            {scale}
            """);
    }

    /// <summary>A RegNet, its stages one by one or by the design space.</summary>
    public static string RegNet(Choices choices)
    {
        int group = choices.Of(1, 2, 4, 8);
        int stages = choices.From(1, 3);
        string depths = Choices.List(Enumerable.Range(0, stages).Select(_ => choices.From(1, 2)));
        // A width below the group's is a group by itself.
        string widths = Choices.List(Enumerable.Range(0, stages).Select(_ => choices.From(0, 3) == 3 ? choices.From(1, group) : group * choices.From(1, 4)));
        string shape = choices.Maybe()
            ? $"depths: {depths}\nwidths: {widths}"
            : string.Create(CultureInfo.InvariantCulture, $"w0: {8 * choices.From(1, 3)}\nwa: {choices.Of(0.0, 3.5, 10.0, 20.25)}\nwm: {choices.Of(2.0, 1.5, 2.49, 3.0)}\ndepth: {choices.From(1, 4)}");
        return string.Create(CultureInfo.InvariantCulture, $"""
            name: model
            family: regnet
            image_size: {choices.From(1, 40)}
            channels: {choices.From(1, 4)}
            stem_width: {choices.From(1, 12)}
            {shape}
            group_width: {group}
            se_ratio: {choices.Of(0.25, 0.0, 0.01, 1.0)}
            drop_path: {choices.Of(0.0, 0.2, 0.99)}
            classes: {choices.From(1, 9)}
            checkpoint_every: {choices.From(0, 3)}

            """);
    }

    /// <summary>An EfficientNet, with every key of its family.</summary>
    public static string EfficientNet(Choices choices) => string.Create(CultureInfo.InvariantCulture, $"""
        name: model
        family: efficientnet
        image_size: {choices.From(1, 48)}
        channels: {choices.From(1, 4)}
        width_multiplier: {choices.Of(0.1, 0.01, 0.25, 0.33, 0.5)}
        depth_multiplier: {choices.Of(0.3, 0.01, 0.5, 1.0, 1.1)}
        se_ratio: {choices.Of(0.25, 0.0, 0.01, 1.0)}
        drop_path: {choices.Of(0.0, 0.2, 0.99)}
        classes: {choices.From(1, 9)}
        checkpoint_every: {choices.From(0, 3)}

        """);

    /// <summary>A graph: convolutions, and maybe attention over what they leave.</summary>
    public static string Graph(Choices choices) => new RandomGraph(choices).Write();

    private static string Truth(bool value) => value ? "true" : "false";

    private static string PerBlock(Choices choices, int depth, Func<double> value) => choices.Maybe()
        ? Choices.List(Enumerable.Range(0, depth).Select(_ => value()))
        : value().ToString(CultureInfo.InvariantCulture);
}
