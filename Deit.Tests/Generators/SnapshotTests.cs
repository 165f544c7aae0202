using Deit.Testing;
using Deit.Tests.Support;

namespace Deit.Tests.Generators;

public sealed class SnapshotTests
{
    [Fact]
    public void Distilled_vision_transformer_declared_by_attribute()
    {
        GeneratorHost host = GeneratorHost.Run("""
            namespace Deit.Models;

            [VisionTransformer(Name = "deit_tiny_distilled_patch16_224", EmbedDim = 192, Depth = 12, Heads = 3, Distilled = true, DropPath = 0.1,
                Description = "DeiT-Ti with a distillation token.")]
            public partial class DeitTinyDistilledPatch16_224;
            """);

        Assert.Empty(host.Result.Diagnostics);
        Snapshot.Match(host.Files, RepositoryRoot.Combine("Deit.Tests", "Generators"), nameof(SnapshotTests));
    }

    [Fact]
    public void RegNetY_declared_in_yaml()
    {
        string spec = File.ReadAllText(RepositoryRoot.Combine("specs", "models", "regnety_002.yaml"));
        GeneratorHost host = GeneratorHost.Run("", GeneratorHost.Yaml(spec, "specs/models/regnety_002.yaml"));

        Assert.Empty(host.Result.Diagnostics);
        Snapshot.Match(host.Files, RepositoryRoot.Combine("Deit.Tests", "Generators"), nameof(SnapshotTests));
    }
}
