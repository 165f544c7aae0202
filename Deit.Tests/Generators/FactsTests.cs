using Deit.Compiler;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Deit.Tests.Generators;

/// <summary>What a declaration says of papers, preprocessing and published weights reaches the description, whichever way it is written.</summary>
public sealed class FactsTests
{
    private const string Parent = """
        name: parent
        family: regnet
        depths: [1]
        widths: [8]
        group_width: 8
        image_size: 32
        classes: 10
        paper: 2003.13678
        preprocessing: {crop_pct: 0.9, mean: [0.5, 0.5, 0.5]}
        weights:
          - {tag: first, url: "https://example.org/first.pth", source: a paper, top1: 70.5, top5: 90}
          - {tag: second, url: "https://example.org/second.pth", source: elsewhere, image_size: 64, crop_pct: 1, std: [0.25, 0.25, 0.25]}

        """;

    [Fact]
    public void The_description_tells_what_is_stated_and_the_runtimes_defaults_for_the_rest()
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(Parent)));
        ModelDescription description = model.Description;

        Assert.Equal("https://arxiv.org/abs/2003.13678", description.Paper);
        AssertPreprocessing(new() { CropPct = 0.9, Mean = [0.5, 0.5, 0.5] }, description.Preprocessing);
        Assert.Equal(["first", "second"], description.PublishedWeights.Select(static weights => weights.Tag));
        PublishedWeights first = description.PublishedWeights[0];
        Assert.Equal(new Uri("https://example.org/first.pth"), first.Address);
        Assert.Equal((70.5, 90.0, null, "a paper"), (first.Top1, first.Top5, first.ImageSize, first.Source));
        AssertPreprocessing(description.Preprocessing, first.Preprocessing);
        PublishedWeights second = description.PublishedWeights[1];
        Assert.Equal((null, null, 64), (second.Top1, second.Top5, second.ImageSize));
        AssertPreprocessing(new() { CropPct = 1, Mean = [0.5, 0.5, 0.5], Std = [0.25, 0.25, 0.25] }, second.Preprocessing);
    }

    [Fact]
    public void A_model_of_which_nothing_is_known_says_so()
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(Parent[..Parent.IndexOf("paper", StringComparison.Ordinal)])));

        Assert.Null(model.Description.Paper);
        Assert.Empty(model.Description.PublishedWeights);
        AssertPreprocessing(Preprocessing.Default, model.Description.Preprocessing);
    }

    [Theory]
    [InlineData("name: child\nbase: parent\nclass: Child\nclasses: 5", "")]
    [InlineData("", "namespace Sample; [Deit.RegNet(Name = \"child\", Base = typeof(Parent), Classes = 5)] public partial class Child;")]
    public void A_derived_model_inherits_all_but_the_weights(string yaml, string source)
    {
        AdditionalText[] specs = [GeneratorHost.Yaml(Parent, "specs/models/parent.yaml"), .. yaml.Length > 0 ? [GeneratorHost.Yaml(yaml, "specs/models/child.yaml")] : Array.Empty<AdditionalText>()];
        string child = GeneratorHost.Run(source, specs).Models["Sample.Child.g.cs"];

        Assert.Contains("Paper = \"https://arxiv.org/abs/2003.13678\"", child, StringComparison.Ordinal);
        Assert.Contains("Preprocessing = new() { CropPct = 0.9, Mean = [0.5, 0.5, 0.5] }", child, StringComparison.Ordinal);
        Assert.DoesNotContain("PublishedWeights", child, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_in_another_assembly_inherits_as_much()
    {
        GeneratorHost library = GeneratorHost.Run("", GeneratorHost.Yaml(Parent));
        library.Compile(out CSharpCompilation compiled);
        using var image = new MemoryStream();
        Assert.True(compiled.Emit(image).Success);
        image.Position = 0;
        AdditionalText child = GeneratorHost.Yaml("name: child\nbase: parent\nclasses: 5");

        GeneratorHost apart = GeneratorHost.Run("", [MetadataReference.CreateFromStream(image)], child);
        GeneratorHost together = GeneratorHost.Run("", GeneratorHost.Yaml(Parent, "specs/models/parent.yaml"), child);

        Assert.Empty(apart.Result.Diagnostics);
        Assert.Equal(together.Models["Sample.Child.g.cs"], apart.Models["Sample.Child.g.cs"]);
    }

    [Fact]
    public void What_is_stated_again_replaces_what_is_inherited_key_by_key()
    {
        ModelFacts facts = Resolve(Parent, "name: child\nbase: parent\npaper: https://example.org\npreprocessing: {crop_pct: 1}");

        Assert.Equal("https://example.org", facts.PaperAddress);
        Assert.Equal(1, facts.Preprocessing.Number("crop_pct"));
        Assert.Equal([0.5, 0.5, 0.5], (EquatableArray<double>)facts.Preprocessing.Find("mean")!);
    }

    [Fact]
    public void Means_of_other_channels_are_not_inherited()
    {
        ModelFacts facts = Resolve(Parent, "name: child\nbase: parent\nchannels: 1");

        Assert.Equal(["crop_pct"], facts.Preprocessing.Entries.Select(static entry => entry.Path));
    }

    [Theory]
    [InlineData("DEIT005", "paper: somewhere", "somewhere", "neither an arXiv number, such as 2012.12877, nor an address")]
    [InlineData("DEIT006", "preprocessing: {std: [0.5]}", "[0.5]", "preprocessing.std has 1 values and channels is 3; state one for each channel")]
    [InlineData("DEIT005", "preprocessing: {crop_pct: 0}", "0", "it must be from 0.01 to 1")]
    [InlineData("DEIT005", "preprocessing: {mean: [1, 2, 3]}", "[1, 2, 3]", "2 is not accepted")]
    [InlineData("DEIT003", "preprocessing: {mean: 0.5}", "0.5", "expected a list of numbers, such as [0.5, 1, 1.5]")]
    [InlineData("DEIT002", "preprocessing: {crop: 1}", "crop", "Did you mean 'crop_pct'?")]
    [InlineData("DEIT003", "weights: {tag: a}", "{tag: a}", "expected a list of tables")]
    [InlineData("DEIT005", "weights: [{tag: a, url: a.pth, source: b}]", "a.pth", "is not an address that begins with https://")]
    [InlineData("DEIT004", "weights: [{tag: a, url: 'https://a.b/c'}]", "{tag: a, url: 'https://a.b/c'}", "'source' is missing")]
    [InlineData("DEIT006", "weights: [{tag: a, url: 'https://a.b/c', source: b, mean: [1]}]", "[1]", "weights.0.mean has 1 values and channels is 3")]
    [InlineData("DEIT005", "weights: [{tag: a, url: 'https://a.b/c', source: b, top1: 101}]", "101", "it must be from 0 to 100")]
    public void A_wrong_fact_is_reported_where_it_is_written(string rule, string fact, string squiggle, string message)
    {
        AdditionalText spec = GeneratorHost.Yaml($"name: a\nfamily: regnet\ndepths: [1]\nwidths: [8]\ngroup_width: 8\n{fact}");
        GeneratorHost host = GeneratorHost.Run("", spec);

        AssertReported(host, rule, squiggle, message, spec);
    }

    [Theory]
    [InlineData("DEIT006", "Mean = [0.5]", "", "[0.5]", "Mean has 1 values and Channels is 3")]
    [InlineData("DEIT005", "CropPct = 0", "", "0", "CropPct: 0 is not accepted")]
    [InlineData("DEIT005", "Interpolation = \"bicubc\"", "", "\"bicubc\"", "Did you mean 'bicubic'?")]
    [InlineData("DEIT004", "SeRatio = 0", "[Deit.PublishedWeights(Tag = \"a\", Url = \"https://a.b/c\")]", "Deit.PublishedWeights", "'Source' is missing")]
    [InlineData("DEIT005", "SeRatio = 0", "[Deit.PublishedWeights(Tag = \"a\", Url = \"c.pth\", Source = \"b\")]", "\"c.pth\"", "Url: 'c.pth' is not an address")]
    public void A_wrong_fact_is_reported_where_an_attribute_states_it(string rule, string fact, string attribute, string squiggle, string message)
    {
        GeneratorHost host = GeneratorHost.Run($"namespace Sample; [Deit.RegNet(GroupWidth = 8, Widths = [8], Depths = [1], {fact})] {attribute} public partial class A;");

        AssertReported(host, rule, squiggle, message);
    }

    private static void AssertReported(GeneratorHost host, string rule, string squiggle, string message, params AdditionalText[] specs)
    {
        Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal(rule, diagnostic.Id);
        Assert.Equal(squiggle, host.TextUnder(diagnostic, specs));
        Assert.Contains(message, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static ModelFacts Resolve(params string[] specs) => ModelResolver
        .Resolve([.. specs.Select(static (text, i) => YamlModels.Read($"{i}.yaml", text, "Sample"))], [])
        .Declarations[^1].Spec!.Facts;

    private static void AssertPreprocessing(Preprocessing expected, Preprocessing actual)
    {
        Assert.Equal((expected.CropPct, expected.Interpolation), (actual.CropPct, actual.Interpolation));
        Assert.Equal<double>([.. expected.Mean], [.. actual.Mean]);
        Assert.Equal<double>([.. expected.Std], [.. actual.Std]);
    }
}
