using Deit.Tests.Support;

namespace Deit.Tests.Generators;

/// <summary>The variations that the DeiT and timm line knows: each runs as described, under timm's names.</summary>
public sealed class VariationTests
{
    private const string Vit = "name: model\nfamily: vision_transformer\nimage_size: 32\npatch_size: 8\nembed_dim: 24\ndepth: 3\nheads: 2\nclasses: 7\n";
    private const string Net = "name: model\nfamily: regnet\nimage_size: 48\nstem_width: 8\ngroup_width: 8\nclasses: 7\n";
    private const string Efficient = "name: model\nfamily: efficientnet\nimage_size: 40\nwidth_multiplier: 0.25\nclasses: 7\n";

    // The spec, and entries that the state must have.
    public static TheoryData<string, string[]> Specs => new()
    {
        { Vit, ["cls_token [1,1,24]", "pos_embed [1,17,24]", "blocks.2.attn.qkv.bias [72]", "norm.weight [24]", "head.weight [7,24]"] },
        { $"{Vit}distilled: true", ["dist_token [1,1,24]", "pos_embed [1,18,24]", "head_dist.weight [7,24]"] },
        { $"{Vit}registers: 4\nno_embed_class: true", ["reg_token [1,4,24]", "pos_embed [1,16,24]"] },
        { $"{Vit}registers: 4\ndistilled: true", ["reg_token [1,4,24]", "pos_embed [1,22,24]"] },
        { $"{Vit}pool: avg\nclass_token: false", ["pos_embed [1,16,24]", "fc_norm.weight [24]", "head.weight [7,24]"] },
        { $"{Vit}pool: avg", ["cls_token [1,1,24]", "pos_embed [1,17,24]", "fc_norm.bias [24]"] },
        { $"{Vit}init_values: 1e-5\nqk_norm: true", ["blocks.1.ls1.gamma [24]", "blocks.1.ls2.gamma [24]", "blocks.0.attn.q_norm.weight [12]", "blocks.0.attn.k_norm.bias [12]"] },
        { $"{Vit}stem: conv", ["patch_embed.conv1.conv.weight [6,3,3,3]", "patch_embed.conv3.bn.weight [24]", "patch_embed.proj.weight [24,24,1,1]"] },
        { Vit.Replace("heads: 2", "heads: [2, 3, 4]"), ["blocks.2.attn.proj.weight [24,24]"] },
        { Vit.Replace("heads: 2", "heads: [2, 3, 4]") + "mlp_ratio: [1, 2, 0.5]\nqk_norm: true", ["blocks.0.mlp.fc1.weight [24,24]", "blocks.1.mlp.fc1.weight [48,24]", "blocks.2.mlp.fc2.weight [24,12]", "blocks.2.attn.q_norm.weight [6]"] },
        { $"{Vit}drop_path: [0, 0.1, 0.5]\nqkv_bias: false", ["blocks.2.attn.qkv.weight [72,24]"] },
        { $"{Net}depths: [1, 2]\nwidths: [16, 24]", ["stem.conv.weight [8,3,3,3]", "s2.b2.conv2.conv.weight [24,8,3,3]", "s1.b1.se.fc1.weight [2,16,1,1]", "head.fc.weight [7,24]"] },
        { $"{Net}depths: [1, 2]\nwidths: [16, 24]\nse_ratio: 0\ndrop_path: 0.2", ["s1.b1.downsample.bn.running_mean [16]"] },
        { $"{Net}w0: 16\nwa: 20.5\nwm: 2.5\ndepth: 5", ["s1.b1.conv1.conv.weight [16,8,1,1]"] },
        { Efficient, ["conv_stem.weight [8,3,3,3]", "blocks.0.0.conv_dw.weight [8,1,3,3]", "blocks.1.1.bn3.running_var [8]", "blocks.3.0.se.conv_reduce.weight [4,96,1,1]", "conv_head.weight [320,80,1,1]", "classifier.weight [7,320]"] },
        { $"{Efficient}depth_multiplier: 1.4\nse_ratio: 0\ndrop_path: 0.2", ["blocks.0.1.conv_pw.weight [8,8,1,1]", "blocks.5.5.conv_pwl.weight [48,288,1,1]", "blocks.6.1.bn2.bias [480]"] },
    };

    [Theory]
    [MemberData(nameof(Specs))]
    public void A_variation_runs_as_it_is_described(string yaml, string[] state)
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(yaml)));

        model.AssertDescribed(Devices.Require("cpu"));
        Assert.Empty(state.Except(model.State.Select(static entry => $"{entry.Key} [{string.Join(",", entry.Value)}]")));
    }

    [Fact]
    public void An_attribute_says_as_much_as_yaml()
    {
        GeneratorHost attributed = GeneratorHost.Run("""
            namespace Sample;
            [Deit.VisionTransformer(EmbedDim = 24, Depth = 3, HeadsPerBlock = [2, 3, 4], MlpRatioPerBlock = [1, 2, 0.5], DropPathPerBlock = [0, 0.1, 0.5], InitValues = 1e-5, QkNorm = true,
                Stem = "conv", Registers = 4, NoEmbedClass = true, Pool = "avg", ClassToken = false, ImageSize = 32, PatchSize = 8)]
            public partial class Model;
            """);
        GeneratorHost written = GeneratorHost.Run("", GeneratorHost.Yaml("""
            name: model
            family: vision_transformer
            embed_dim: 24
            depth: 3
            heads: [2, 3, 4]
            mlp_ratio: [1, 2, 0.5]
            drop_path: [0, 0.1, 0.5]
            init_values: 1e-5
            qk_norm: true
            stem: conv
            registers: 4
            no_embed_class: true
            pool: avg
            class_token: false
            image_size: 32
            patch_size: 8
            """));

        Assert.Empty(attributed.Result.Diagnostics);
        Assert.Empty(written.Result.Diagnostics);
        Assert.Equal(attributed.Models, written.Models);
    }

    [Theory]
    [InlineData("DEIT013", "[2, 3]", "heads has 2 values and depth is 3", "heads: [2, 3]")]
    [InlineData("DEIT010", "5", "blocks.1: embed_dim 24 is not divisible by 5 heads; try 4 heads", "heads: [2, 5, 4]")]
    [InlineData("DEIT003", "[2, x, 4]", "expected a whole number or a list with one for each block, found a list", "heads: [2, x, 4]")]
    [InlineData("DEIT006", "avg", "pool is 'avg', but a distilled model reads its tokens", "heads: 2\ndistilled: true\npool: avg")]
    [InlineData("DEIT006", "false", "there is no token to read; state pool 'avg'", "heads: 2\nclass_token: false")]
    [InlineData("DEIT006", "conv", "is not divisible by 4", "heads: 2\nstem: conv\nembed_dim: 22")]
    public void A_contradiction_is_reported(string rule, string squiggle, string message, string yaml)
    {
        string spec = Vit.Replace("heads: 2\n", "").Replace(yaml.Contains("embed_dim", StringComparison.Ordinal) ? "embed_dim: 24\n" : "\0", "") + yaml;
        Microsoft.CodeAnalysis.AdditionalText file = GeneratorHost.Yaml(spec);
        GeneratorHost host = GeneratorHost.Run("", file);

        Microsoft.CodeAnalysis.Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal(rule, diagnostic.Id);
        Assert.Equal(squiggle, host.TextUnder(diagnostic, file));
        Assert.Contains(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}
