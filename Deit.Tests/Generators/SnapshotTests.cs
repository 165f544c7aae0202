using System.Runtime.CompilerServices;
using Deit.Testing;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>Generated code as a reviewer sees it; the approved files lie beside this one.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void Distilled_vision_transformer_declared_by_attribute() => Match("""
        namespace Deit.Models;

        [VisionTransformer(Name = "deit_tiny_distilled_patch16_224", EmbedDim = 192, Depth = 12, Heads = 3, Distilled = true, DropPath = 0.1,
            Description = "DeiT-Ti with a distillation token.")]
        public partial class DeitTinyDistilledPatch16_224;
        """);

    [Fact]
    public void Plain_vision_transformer_nested_in_a_class() => Match("""
        namespace Sample;

        public static partial class Students
        {
            [Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, ImageSize = 32, PatchSize = 4, Classes = 10, QkvBias = false)]
            internal partial class Plain;
        }
        """);

    [Fact]
    public void Vision_transformer_whose_blocks_differ() => Match("""
        namespace Sample;

        [Deit.VisionTransformer(EmbedDim = 96, Depth = 3, HeadsPerBlock = [2, 3, 4], MlpRatioPerBlock = [2, 3, 4], DropPathPerBlock = [0, 0.1, 0.2], ImageSize = 32, PatchSize = 4,
            Stem = "conv", QkNorm = true, InitValues = 1e-5, Registers = 4, NoEmbedClass = true, Pool = "avg", ClassToken = false)]
        public partial class Varied;
        """);

    [Fact]
    public void Checkpoints_every_second_block() => Match("""
        namespace Sample;

        [Deit.VisionTransformer(EmbedDim = 96, Depth = 4, Heads = 3, ImageSize = 32, PatchSize = 4, Classes = 10, CheckpointEvery = 2)]
        public partial class Thrifty;
        """);

    [Fact]
    public void Derived_model() => Match(
        "namespace Sample; [Deit.RegNet(Base = typeof(Parent), Depths = [1, 2], Widths = [16, 32], MaxParameters = 100_000)] public partial class Child;",
        GeneratorHost.Yaml("name: parent\nfamily: regnet\nimage_size: 32\nw0: 24\nwa: 36.44\nwm: 2.49\ndepth: 3\ngroup_width: 8\nse_ratio: 0\nclasses: 10\n"));

    [Fact]
    public void RegNetY_declared_in_yaml() => Match("", Zoo("regnety_002"));

    [Fact]
    public void Graph_declared_in_yaml() => Match("", Zoo("hybrid_cifar10"));

    [Fact]
    public void Stochastic_depth_of_whole_mini_batches() => Match("""
        namespace Sample;

        [Deit.RegNet(Depths = [2], Widths = [16], GroupWidth = 8, ImageSize = 16, Classes = 10, DropPath = 0.2, DropPathMode = "batch")]
        public partial class Convolutions;

        [Deit.VisionTransformer(EmbedDim = 32, Depth = 2, Heads = 2, ImageSize = 16, PatchSize = 8, Classes = 10, DropPath = 0.2, DropPathMode = "batch")]
        public partial class Transformer;
        """);

    [Fact]
    public void Dropout() => Match("""
        namespace Sample;

        [Deit.VisionTransformer(EmbedDim = 32, Depth = 2, Heads = 2, ImageSize = 16, PatchSize = 8, Classes = 10, DropPath = 0.1,
            DropRate = 0.1, PosDropRate = 0.2, ProjDropRate = 0.3)]
        public partial class Dropping;
        """);

    [Fact]
    public void Mixed_precision() => Match("""
        namespace Sample;

        [Deit.VisionTransformer(EmbedDim = 32, Depth = 2, Heads = 2, ImageSize = 16, PatchSize = 8, Classes = 10, Precision = "bf16")]
        public partial class Mixed;
        """);

    private static AdditionalText Zoo(string name) =>
        GeneratorHost.Yaml(File.ReadAllText(RepositoryRoot.Combine("specs", "models", $"{name}.yaml")), $"specs/models/{name}.yaml");

    private static void Match(string source, AdditionalText? spec = null, [CallerMemberName] string test = "")
    {
        GeneratorHost host = GeneratorHost.Run(source, spec is null ? [] : [spec]);

        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out _));
        Snapshot.Match(host.Files, RepositoryRoot.Combine("Deit.Tests", "Generators"), nameof(SnapshotTests), test);
    }
}
