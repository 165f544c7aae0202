using System.Globalization;
using System.Text.RegularExpressions;
using Deit.Tests.Onnx;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>What the keys of dropout make of a model: nothing but dropout, and that in training alone.</summary>
public sealed partial class DropoutKeysTests
{
    private const string Vit = "name: model\nfamily: vision_transformer\nimage_size: 16\npatch_size: 4\nembed_dim: 24\ndepth: 2\nheads: 2\nclasses: 5\n";
    private const string Net = "name: model\nfamily: regnet\nimage_size: 32\nstem_width: 8\ngroup_width: 8\ndepths: [1, 2]\nwidths: [8, 16]\nclasses: 5\n";
    private const string Efficient = "name: model\nfamily: efficientnet\nimage_size: 32\nwidth_multiplier: 0.25\ndepth_multiplier: 0.5\nclasses: 5\n";
    private const string Rates = "drop_rate: 0.1\npos_drop_rate: 0.2\nproj_drop_rate: 0.3\n";

    public static TheoryData<string, string> Models => new()
    {
        { Vit, Rates },
        { $"{Vit}distilled: true\n", Rates },
        { $"{Vit}pool: avg\nno_embed_class: true\ninit_values: 0.1\n", Rates },
        { $"{Vit}heads: [2, 3]\nmlp_ratio: [2, 4]\ndrop_path: [0, 0.2]\n".Replace("heads: 2\n", "", StringComparison.Ordinal), Rates },
        { Net, "drop_rate: 0.1\n" },
        { Efficient, "drop_rate: 0.1\n" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Inference_names_and_ONNX_are_those_of_the_model_without(string yaml, string rates)
    {
        (string without, string with) = (Code(yaml), Code(yaml + rates));

        Assert.DoesNotContain("SeededDropout", without, StringComparison.Ordinal);
        Assert.Contains("SeededDropout", with, StringComparison.Ordinal);
        Assert.Equal(Inference(without), Inference(with));
        using RunningModel plain = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(yaml)));
        using RunningModel dropping = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(yaml + rates)));
        Assert.Equal(plain.State.Keys.Order(StringComparer.Ordinal), dropping.State.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((plain.Description.Parameters, plain.Description.Macs), (dropping.Description.Parameters, dropping.Description.Macs));
        OnnxAgreement.AssertAgrees(dropping.Model);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void At_rate_zero_there_is_none(string yaml, string rates) =>
        Assert.Equal(Code(yaml), StatedZeros().Replace(Code(yaml + StatedRates().Replace(rates, ": 0")), ""));

    [Theory]
    [InlineData(Vit, "drop_rate: 1")]
    [InlineData(Vit, "pos_drop_rate: -0.1")]
    [InlineData(Vit, "proj_drop_rate: 1.5")]
    [InlineData(Net, "drop_rate: 1")]
    [InlineData(Efficient, "drop_rate: -1")]
    public void A_rate_that_drops_all_or_less_than_nothing_is_refused(string yaml, string line)
    {
        AdditionalText spec = GeneratorHost.Yaml($"{yaml}{line}\n");
        GeneratorHost host = GeneratorHost.Run("", spec);

        Diagnostic found = Assert.Single(host.Result.Diagnostics);
        Assert.Equal(Assert.Single(GeneratorHost.Run("", GeneratorHost.Yaml($"{yaml}drop_path: 1\n")).Result.Diagnostics).Id, found.Id);
        Assert.Contains("it must be from 0 to 0.99", found.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Equal(line.Split(": ")[1], host.TextUnder(found, spec));
    }

    [Fact]
    public void A_convolutional_network_has_no_positions_to_drop() =>
        Assert.Contains("'pos_drop_rate' is not a key", Assert.Single(GeneratorHost.Run("", GeneratorHost.Yaml($"{Net}pos_drop_rate: 0.1\n")).Result.Diagnostics).GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    [Fact]
    public void A_derived_model_has_the_rates_of_its_base_unless_it_states_its_own()
    {
        const string Source = """
            namespace Sample;
            [Deit.VisionTransformer(EmbedDim = 24, Depth = 2, Heads = 2, ImageSize = 16, PatchSize = 4, DropRate = 0.1, PosDropRate = 0.2, ProjDropRate = 0.3)] public partial class Parent;
            [Deit.VisionTransformer(Base = typeof(Parent), DropRate = 0, ProjDropRate = 0.5)] public partial class Child;
            """;
        GeneratorHost host = GeneratorHost.Run(Source);

        Assert.Empty(host.Result.Diagnostics);
        string child = host.Models["Sample.Child.g.cs"];
        Assert.DoesNotContain("HeadDrop", child, StringComparison.Ordinal);
        Assert.Matches(@"PosDrop \{ get; \} = new\(0\.2\)|PosDrop = new\(0\.2\)", child);
        Assert.Matches(@"Drop1 = new\(0\.5\)", child);
    }

    private static string Code(string yaml)
    {
        GeneratorHost host = GeneratorHost.Run("", GeneratorHost.Yaml(yaml));
        Assert.Empty(host.Result.Diagnostics);
        return Assert.Single(host.Models).Value;
    }

    private static string Inference(string code) => code[code.IndexOf("FusedInference CreateInference", StringComparison.Ordinal)..];

    [GeneratedRegex(@"(?m)^ *(pos_|proj_)?drop_rate: 0\n")]
    private static partial Regex StatedZeros();

    [GeneratedRegex(@": 0\.\d")]
    private static partial Regex StatedRates();
}
