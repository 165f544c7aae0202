using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Deit.Tests.Generators;

/// <summary>A model states how it differs from another, wherever that one is declared.</summary>
public sealed class DerivationTests
{
    private const string Parent = """
        name: parent
        family: vision_transformer
        embed_dim: 96
        depth: 4
        heads: 3
        image_size: 32
        patch_size: 4
        classes: 10
        """;

    private const string Whole = "[Deit.VisionTransformer(EmbedDim = 96, Depth = 6, Heads = 3, ImageSize = 32, PatchSize = 4, Classes = 10, Distilled = true)] public partial class Child;";

    public static TheoryData<string, string> Derivations => new()
    {
        { "", $"name: child\nclass: Child\nbase: parent\ndepth: 6\ndistilled: true" },
        { "namespace Sample; [Deit.VisionTransformer(Base = typeof(Parent), Depth = 6, Distilled = true)] public partial class Child;", "" },
        { "namespace Sample; [Deit.VisionTransformer(Base = typeof(Sample.Parent), Depth = 6, Distilled = true)] public partial class Child;", "" },
        { "namespace Sample; [Deit.VisionTransformer(Base = typeof(global::Sample.Parent), Depth = 6, Distilled = true)] public partial class Child;", "" },
    };

    [Theory]
    [MemberData(nameof(Derivations))]
    public void A_derived_model_is_the_same_as_one_that_states_everything(string source, string yaml)
    {
        AdditionalText[] specs = yaml.Length > 0 ? [GeneratorHost.Yaml(Parent, "specs/models/parent.yaml"), GeneratorHost.Yaml(yaml, "specs/models/child.yaml")] : [GeneratorHost.Yaml(Parent)];
        GeneratorHost derived = GeneratorHost.Run(source, specs);

        Assert.Empty(derived.Result.Diagnostics);
        Assert.Equal(GeneratorHost.Run($"namespace Sample; {Whole}").Models["Sample.Child.g.cs"], derived.Models["Sample.Child.g.cs"]);
        Assert.Empty(derived.Compile(out _));
    }

    [Fact]
    public void A_model_derives_from_one_in_a_referenced_assembly()
    {
        GeneratorHost library = GeneratorHost.Run("namespace Zoo; [Deit.RegNet(Name = \"teacher\", W0 = 24, Wa = 36.44, Wm = 2.49, Depth = 13, GroupWidth = 8)] public partial class Teacher;");
        library.Compile(out CSharpCompilation compiled);
        using var image = new MemoryStream();
        Assert.True(compiled.Emit(image).Success);
        image.Position = 0;
        MetadataReference reference = MetadataReference.CreateFromStream(image);

        GeneratorHost byName = GeneratorHost.Run("", [reference], GeneratorHost.Yaml("name: mine\nbase: teacher\ndepths: [1, 1]\nwidths: [16, 32]\nclasses: 10"));
        GeneratorHost byType = GeneratorHost.Run("namespace Sample; [Deit.RegNet(Base = typeof(Zoo.Teacher), Depths = [1, 1], Widths = [16, 32], Classes = 10)] public partial class Mine;", [reference]);

        Assert.Empty(byName.Result.Diagnostics);
        Assert.Empty(byType.Result.Diagnostics);
        Assert.Contains("group_width: 8", byName.Models["Sample.Mine.g.cs"]);
        Assert.DoesNotContain("w0:", byName.Models["Sample.Mine.g.cs"]);
        Assert.Equal(byName.Models, byType.Models);
    }

    [Fact]
    public void An_error_of_the_base_is_reported_there_and_the_derived_model_points_to_it()
    {
        AdditionalText[] specs =
        [
            GeneratorHost.Yaml(Parent.Replace("96", "95"), "specs/models/parent.yaml"),
            GeneratorHost.Yaml("name: child\nbase: parent\ndepth: 6", "specs/models/child.yaml"),
        ];
        GeneratorHost host = GeneratorHost.Run("", specs);

        Assert.Equal(["DEIT010", "DEIT014"], host.Result.Diagnostics.Select(static diagnostic => diagnostic.Id).Order());
        Assert.Equal("parent", host.TextUnder(host.Result.Diagnostics.Single(static diagnostic => diagnostic.Id == "DEIT014"), specs));
    }

    [Fact]
    public void A_circle_of_models_is_refused_in_each()
    {
        AdditionalText[] specs =
        [
            GeneratorHost.Yaml("name: a\nbase: b", "specs/models/a.yaml"),
            GeneratorHost.Yaml("name: b\nbase: c", "specs/models/b.yaml"),
            GeneratorHost.Yaml("name: c\nbase: a", "specs/models/c.yaml"),
        ];
        GeneratorHost host = GeneratorHost.Run("", specs);

        Assert.Equal(["DEIT015", "DEIT015", "DEIT015"], host.Result.Diagnostics.Select(static diagnostic => diagnostic.Id));
        Assert.Empty(host.Models);
    }

    [Theory]
    [InlineData(null, "Classes = 10, Distilled = true")]
    [InlineData("has no distillation head", "Classes = 10")]
    [InlineData("student has 100 classes and its teacher parent has 10", "Classes = 100, Distilled = true")]
    [InlineData(null, "Classes = 10, Distilled = true, ImageSize = 64")]
    public void A_student_must_fit_its_teacher(string? reason, string differences)
    {
        string size = differences.Contains("ImageSize", StringComparison.Ordinal) ? "" : ", ImageSize = 32";
        GeneratorHost host = GeneratorHost.Run(
            $"namespace Sample; [Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, {differences}{size}, Teacher = typeof(Parent))] public partial class Student;",
            GeneratorHost.Yaml(Parent));

        if (reason is null)
        {
            Assert.Empty(host.Result.Diagnostics);
            return;
        }

        Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal("DEIT016", diagnostic.Id);
        Assert.Equal("typeof(Parent)", host.TextUnder(diagnostic));
        Assert.Contains(reason, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_nested_model_is_completed_in_its_place()
    {
        GeneratorHost host = GeneratorHost.Run("""
            namespace Sample;

            public static partial class Students
            {
                [Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3)]
                internal partial class Tiny;
            }
            """);

        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out CSharpCompilation output));
        Assert.NotNull(output.GetTypeByMetadataName("Sample.Students+Tiny")!.GetMembers("Create").SingleOrDefault());
    }
}
