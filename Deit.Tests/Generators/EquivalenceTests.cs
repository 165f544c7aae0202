namespace Deit.Tests.Generators;

/// <summary>The same spec gives the same code, whichever way it is written.</summary>
public sealed class EquivalenceTests
{
    public static TheoryData<string, string> Pairs => new()
    {
        {
            """
            [Deit.VisionTransformer(Name = "student", Description = "A student.", ImageSize = 32, PatchSize = 4, EmbedDim = 96, Depth = 4, Heads = 3,
                MlpRatio = 2.5, QkvBias = false, Distilled = true, Classes = 10, DropPath = 0.1, DropRate = 0.2, PosDropRate = 0.3, ProjDropRate = 0.4)]
            public partial class Student;
            """,
            """
            name: student
            family: vision_transformer
            description: A student.
            image_size: 32
            patch_size: 4
            embed_dim: 96
            depth: 4
            heads: 3
            mlp_ratio: 2.5
            qkv_bias: false
            distilled: true
            classes: 10
            drop_path: 0.1
            drop_rate: 0.2
            pos_drop_rate: 0.3
            proj_drop_rate: 0.4
            """
        },
        {
            """
            [Deit.RegNet(GroupWidth = 8, Widths = [24, 48], Depths = new[] { 1, 3 }, SeRatio = 0, ImageSize = 64)]
            public partial class TinyTeacher;
            """,
            """
            # Another order of the keys, and the list over several lines.
            image_size: 64
            family: regnet
            widths:
              - 24
              - 48
            depths: [1, 3]
            name: tiny_teacher
            se_ratio: 0
            group_width: 8
            """
        },
        {
            """
            [Deit.RegNet(Name = "regnety_002", W0 = 24, Wa = 36.44, Wm = 2.49, Depth = 13, GroupWidth = 8)]
            public partial class RegNetY002;
            """,
            """
            name: regnety_002
            class: RegNetY002
            family: regnet
            w0: 24
            wa: 36.44
            wm: 2.49
            depth: 13
            group_width: 8
            """
        },
        {
            """
            [Deit.EfficientNet(Name = "small_efficientnet", WidthMultiplier = 0.5, DepthMultiplier = 1.5, ImageSize = 64, Classes = 10, DropPath = 0.2)]
            public partial class SmallEfficientNet;
            """,
            """
            name: small_efficientnet
            class: SmallEfficientNet
            family: efficientnet
            width_multiplier: 0.5
            depth_multiplier: 1.5
            image_size: 64
            classes: 10
            drop_path: 0.2
            """
        },
        {
            """
            [Deit.RegNet(GroupWidth = 8, Widths = [24], Depths = [1], Paper = "2012.12877", CropPct = 0.9, Mean = [0.5, 0.5, 0.5], Std = new[] { 0.25, 0.5, 1 }, Interpolation = "bilinear")]
            [Deit.PublishedWeights(Tag = "a", Url = "https://example.org/a.pth", Top1 = 70.25, Top5 = 90, Source = "a paper")]
            [Deit.PublishedWeights(Tag = "b", Url = "https://example.org/b.pth", Source = "elsewhere", ImageSize = 288, CropPct = 1, Mean = [0.1, 0.2, 0.3])]
            public partial class Published;
            """,
            """
            name: published
            family: regnet
            paper: 2012.12877
            preprocessing: {mean: [0.5, 0.5, 0.5], std: [0.25, 0.5, 1], interpolation: bilinear, crop_pct: 0.9}
            weights:
              - {tag: a, url: "https://example.org/a.pth", top5: 90, top1: 70.25, source: a paper}
              - tag: b
                source: elsewhere
                url: https://example.org/b.pth
                mean: [0.1, 0.2, 0.3]
                crop_pct: 1
                image_size: 288
            widths: [24]
            depths: [1]
            group_width: 8
            """
        },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void An_attribute_and_a_yaml_file_that_say_the_same_give_the_same_code(string source, string yaml)
    {
        GeneratorHost attributed = GeneratorHost.Run($"namespace {GeneratorHost.Namespace};\n{source}");
        GeneratorHost written = GeneratorHost.Run("", GeneratorHost.Yaml(yaml));

        Assert.Empty(attributed.Result.Diagnostics);
        Assert.Empty(written.Result.Diagnostics);
        Assert.Single(attributed.Models);
        Assert.Equal(attributed.Models, written.Models);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_code_compiles_without_a_warning(string source, string yaml)
    {
        GeneratorHost attributed = GeneratorHost.Run($"namespace {GeneratorHost.Namespace};\n{source}");
        GeneratorHost written = GeneratorHost.Run("", GeneratorHost.Yaml(yaml));

        Assert.Empty(attributed.Compile(out _));
        Assert.Empty(written.Compile(out _));
    }
}
