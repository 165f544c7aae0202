using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>Every wrong declaration is reported once, at the value that is wrong, in words that help.</summary>
public sealed class DiagnosticTests
{
    private const string Vit = """
        name: student
        family: vision_transformer
        embed_dim: 192
        depth: 12
        heads: 3
        """;

    // The rule, the text under the squiggle, a part of the message, and the file.
    public static TheoryData<string, string, string, string> WrongYaml => new()
    {
        { "DEIT001", "", "did not find expected ',' or ']'", "name: student\nfamily: regnet\nwidths: [1, 2\n" },
        { "DEIT001", "", "a '{' or '[' before this point is never closed", "name: student\nwidths: [1,\nfamily: regnet\n" },
        { "DEIT001", "", "the file is empty", "" },
        { "DEIT001", "- a", "expected 'key: value' lines", "- a" },
        { "DEIT001", "name", "Duplicate key", "name: a\nfamily: regnet\nname: b\n" },
        { "DEIT002", "embed_dims", "Did you mean 'embed_dim'?", Vit.Replace("embed_dim:", "embed_dims:") },
        { "DEIT001", "<<", "merge keys", $"{Vit}\n<<: {{depth: 3}}" },
        { "DEIT003", "twelve", "depth: expected a whole number, found twelve", Vit.Replace("depth: 12", "depth: twelve") },
        { "DEIT003", "\"12\"", "depth: expected a whole number, found the text \"12\"", Vit.Replace("depth: 12", "depth: \"12\"") },
        { "DEIT003", "[3, 4]", "depth: expected a whole number, found a list", Vit.Replace("depth: 12", "depth: [3, 4]") },
        { "DEIT003", "maybe", "distilled: expected true or false", $"{Vit}\ndistilled: maybe" },
        { "DEIT004", "vision_transformer", "'heads' is missing", Vit.Replace("heads: 3", "") },
        { "DEIT004", "regnet", "state depths and widths, or w0, wa, wm and depth", "name: a\nfamily: regnet\ngroup_width: 8" },
        { "DEIT005", "0", "depth: 0 is not accepted; it must be from 1 to 1000", Vit.Replace("depth: 12", "depth: 0") },
        { "DEIT005", "vision_transfomer", "Did you mean 'vision_transformer'?", Vit.Replace("transformer", "transfomer") },
        { "DEIT005", "My Student", "such as 'my_student'", Vit.Replace("student", "My Student") },
        { "DEIT006", "24", "w0 and depths exclude each other", "name: a\nfamily: regnet\ngroup_width: 8\ndepths: [1]\nwidths: [8]\nw0: 24" },
        { "DEIT006", "[24, 48]", "widths has 2 stages and depths has 1", "name: a\nfamily: regnet\ngroup_width: 8\ndepths: [1]\nwidths: [24, 48]" },
        { "DEIT010", "3", "embed_dim 190 is not divisible by heads 3; try embed_dim 189 or 192, or heads 2", Vit.Replace("192", "190") },
        { "DEIT011", "16", "image_size 230 is not divisible by patch_size 16; try image_size 224 or 240, or patch_size 10", $"{Vit}\nimage_size: 230\npatch_size: 16" },
        { "DEIT011", "225", "image_size 225 is not divisible by patch_size 16", $"{Vit}\nimage_size: 225" },
        { "DEIT014", "nosuch", "there is no model 'nosuch' to derive from", "name: a\nbase: nosuch\ndepth: 3" },
        { "DEIT015", "student", "'student' derives from itself", $"{Vit.Replace("family: vision_transformer", "base: student")}" },
        { "DEIT014", "resnet", "there is no model 'resnet' to be distilled from", $"{Vit}\nteacher: resnet" },
        { "DEIT017", "1000", "5,717,416 parameters are 5,716,416 more than max_parameters 1,000 allows; the heaviest layers: blocks.*.mlp.fc1 1,778,688", $"{Vit}\nmax_parameters: 1000" },
        { "DEIT017", "1 GiB", "a training step of 128 images takes", $"{Vit}\nmax_training_bytes: 1 GiB" },
        { "DEIT017", "100 MB", "allows; the heaviest: blocks.*", $"{Vit}\nmax_training_bytes: 100 MB\nbatch: 16" },
        { "DEIT005", "lots", "'lots' is no amount of memory; write one such as '6 GiB'", $"{Vit}\nmax_training_bytes: lots" },
        { "DEIT012", "50", "stage 2: width 50 is not divisible by group_width 8; try 48 or 56", "name: a\nfamily: regnet\ngroup_width: 8\ndepths: [1, 1]\nwidths: [24, 50]" },
    };

    // The rule, a part of the message, and the source, in which [| and |] enclose the squiggle.
    public static TheoryData<string, string, string> WrongAttributes => new()
    {
        { "DEIT008", "'partial class Student'", "[VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3)] public class [|Student|];" },
        { "DEIT009", "is generic", "[VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3)] public partial class [|Student|]<T>;" },
        { "DEIT009", "is nested in a generic type", "public partial class Outer<T> { [VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3)] public partial class [|Student|]; }" },
        { "DEIT009", "is not visible", "public partial class Outer { [VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3)] private partial class [|Student|]; }" },
        { "DEIT008", "'Outer' must be partial", "public class [|Outer|] { [VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3)] public partial class Student; }" },
        { "DEIT009", "has a base class, 'Exception'", "[VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3)] public partial class [|Student|] : System.Exception;" },
        { "DEIT004", "'Heads' is missing", "[[|VisionTransformer|](EmbedDim = 192, Depth = 12)] public partial class Student;" },
        { "DEIT005", "Depth: -1 is not accepted", "[VisionTransformer(EmbedDim = 192, Depth = [|-1|], Heads = 3)] public partial class Student;" },
        { "DEIT006", "W0 and Depths exclude each other", "[RegNet(GroupWidth = 8, Depths = [1], Widths = [8], W0 = [|24|])] public partial class Student;" },
        { "DEIT010", "try EmbedDim 189 or 192, or Heads 2", "[VisionTransformer(EmbedDim = 190, Depth = 12, Heads = [|3|])] public partial class Student;" },
        { "DEIT010", "EmbedDim 190 is not divisible", "[VisionTransformer(EmbedDim = 190, Depth = 12, Heads = [|Sizes.Heads|])] public partial class Student; static class Sizes { public const int Heads = 3; }" },
        { "DEIT011", "try ImageSize 224 or 240", "[VisionTransformer(EmbedDim = 192, Depth = 12, Heads = 3, ImageSize = 230, PatchSize = [|16|])] public partial class Student;" },
        { "DEIT012", "stage 2: width 50 is not divisible by GroupWidth 8; try 48 or 56", "[RegNet(GroupWidth = 8, Depths = [1, 1], Widths = [24, [|50|]])] public partial class Student;" },
    };

    [Theory]
    [MemberData(nameof(WrongYaml))]
    public void A_wrong_yaml_file_is_reported_at_the_value_that_is_wrong(string rule, string squiggle, string message, string yaml)
    {
        AdditionalText spec = GeneratorHost.Yaml(yaml);
        GeneratorHost host = GeneratorHost.Run("", spec);

        Diagnostic diagnostic = host.Result.Diagnostics.First();
        Assert.Equal(rule, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(spec.Path, diagnostic.Location.GetLineSpan().Path);
        Assert.Equal(squiggle, host.TextUnder(diagnostic, spec));
        Assert.Empty(host.Models);
    }

    [Theory]
    [MemberData(nameof(WrongAttributes))]
    public void A_wrong_attribute_is_reported_at_the_value_that_is_wrong(string rule, string message, string marked)
    {
        string source = "using Deit; namespace Sample { " + marked + " }";
        int start = source.IndexOf("[|", StringComparison.Ordinal);
        int end = source.IndexOf("|]", StringComparison.Ordinal);
        string squiggle = source[(start + 2)..end];
        GeneratorHost host = GeneratorHost.Run(source.Replace("[|", "").Replace("|]", ""));

        Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal(rule, diagnostic.Id);
        Assert.Contains(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(start, diagnostic.Location.SourceSpan.Start);
        Assert.Equal(squiggle, host.TextUnder(diagnostic));
        Assert.Empty(host.Models);
    }

    [Fact]
    public void Two_models_of_one_name_are_reported_at_the_second_and_the_first_is_generated()
    {
        AdditionalText spec = GeneratorHost.Yaml(Vit);
        GeneratorHost host = GeneratorHost.Run(
            """[Deit.VisionTransformer(Name = "student", EmbedDim = 96, Depth = 1, Heads = 3)] public partial class Other;""", spec);

        Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal("DEIT007", diagnostic.Id);
        Assert.Equal("student", host.TextUnder(diagnostic, spec));
        Assert.Contains("declared already, in Source.cs", diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("Other.g.cs", Assert.Single(host.Models).Key);
    }

    [Fact]
    public void Two_models_of_one_class_are_reported()
    {
        GeneratorHost host = GeneratorHost.Run(
            "",
            GeneratorHost.Yaml($"{Vit}\nclass: Net", "specs/models/a.yaml"),
            GeneratorHost.Yaml($"{Vit.Replace("student", "other")}\nclass: Net", "specs/models/b.yaml"));

        Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal("DEIT007", diagnostic.Id);
        Assert.EndsWith("b.yaml", diagnostic.Location.GetLineSpan().Path);
        Assert.Single(host.Models);
    }

    [Fact]
    public void A_wrong_spec_leaves_the_other_models_alone()
    {
        GeneratorHost host = GeneratorHost.Run(
            "[Deit.RegNet(GroupWidth = 8, Depths = [1], Widths = [24])] public partial class Teacher;",
            GeneratorHost.Yaml(Vit.Replace("192", "190"), "specs/models/wrong.yaml"),
            GeneratorHost.Yaml("name: [", "specs/models/unreadable.yaml"),
            GeneratorHost.Yaml(Vit, "specs/models/right.yaml"));

        Assert.Equal(["DEIT001", "DEIT010"], host.Result.Diagnostics.Select(static diagnostic => diagnostic.Id).Order());
        Assert.Equal(["Sample.Student.g.cs", "Teacher.g.cs"], host.Models.Keys.Order());
    }

    [Fact]
    public void A_diagnostic_in_source_can_be_silenced_there()
    {
        GeneratorHost host = GeneratorHost.Run("""
            #pragma warning disable DEIT010
            [Deit.VisionTransformer(EmbedDim = 190, Depth = 12, Heads = 3)] public partial class Student;
            """);

        Assert.True(Assert.Single(host.Result.Diagnostics).Location.IsInSource);
    }

    [Fact]
    public void Yaml_that_is_not_marked_as_a_model_is_left_alone()
    {
        GeneratorHost host = GeneratorHost.Run("", GeneratorHost.Yaml("- anything", "other/file.yaml"));

        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Files);
    }
}
