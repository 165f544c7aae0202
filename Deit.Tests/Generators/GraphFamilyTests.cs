using Deit.Tests.Support;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>A model written as blocks of operators has the same checks as any other.</summary>
public sealed class GraphFamilyTests
{
    private const string Graph = """
        name: model
        family: graph
        image_size: 16
        classes: 5
        blocks:
          - block: unit
            steps:
              - {op: conv2d, name: conv, out: 8, output: y}
              - {op: relu, input: y, output: y}
              - {op: add, input: [x, y]}
        steps:
          - {op: conv2d, name: stem, out: 8, stride: 2}
          - {block: unit, name: units, repeat: 2}
          - {op: global_average_pool}
          - {op: linear, name: head, out: 5}

        """;

    [Fact]
    public void A_graph_runs_as_it_is_described()
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(Graph)));

        model.AssertDescribed(Devices.Require("cpu"));
        Assert.Equal(
            ["head.bias", "head.weight", "stem.weight", "units.0.conv.weight", "units.1.conv.weight"],
            model.State.Keys.Order());
    }

    [Fact]
    public void The_hybrid_of_the_zoo_runs_as_it_is_described()
    {
        string spec = File.ReadAllText(RepositoryRoot.Combine("specs", "models", "hybrid_cifar10.yaml"));
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(spec)));

        model.AssertDescribed(Devices.Require("cpu"));
    }

    [Fact]
    public void A_graph_with_a_distillation_output_is_distilled()
    {
        string spec = Graph.Replace("  - {op: linear, name: head, out: 5}", """
              - {op: linear, name: head_dist, out: 5, input: x, output: distilled}
              - {op: linear, name: head, out: 5, input: x}
            """) + "distillation_output: distilled";
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(spec)));

        Assert.True(model.Description.Distilled);
        model.AssertDescribed(Devices.Require("cpu"));
    }

    [Theory]
    [InlineData("DEIT005", "conv2", "there is no operator 'conv2'. Did you mean 'conv2d'?", "op: conv2d, name: stem", "op: conv2, name: stem")]
    [InlineData("DEIT005", "units", "there is no block 'units'. Did you mean 'unit'?", "block: unit, name", "block: units, name")]
    [InlineData("DEIT002", "strid", "Did you mean 'stride'?", "stride: 2", "strid: 2")]
    [InlineData("DEIT003", "two", "stride: expected a whole number", "stride: 2", "stride: two")]
    [InlineData("DEIT004", "{op: linear, name: head}", "'out' is missing", "name: head, out: 5", "name: head")]
    [InlineData("DEIT004", "{op: linear, out: 5}", "'name' is missing", "name: head, out: 5", "out: 5")]
    [InlineData("DEIT002", "z", "there is no value 'z' here", "input: [x, y]", "input: [x, z]")]
    [InlineData("DEIT020", "{op: linear, name: head, out: 6}", "the logits must be (B, 5)", "out: 5", "out: 6")]
    [InlineData("DEIT020", "{op: add, input: [x, y]}", "units.Add: the sides of a sum differ: (B, 8, 8, 8) and (B, 9, 8, 8)", "conv, out: 8", "conv, out: 9")]
    [InlineData("DEIT020", "{op: flatten_patches}", "expected a feature map", "  - {op: linear", "  - {op: flatten_patches}\n  - {op: linear")]
    [InlineData("DEIT012", "{op: conv2d, name: stem, out: 8, stride: 2, groups: 2}", "stem: 3 → 8 channels are not divisible into 2 groups", "out: 8, stride: 2", "out: 8, stride: 2, groups: 2")]
    [InlineData("DEIT021", "{op: conv2d, name: stem, out: 8, kernel: 19}", "a 19×19 kernel does not fit", "out: 8, stride: 2", "out: 8, kernel: 19, padding: 0")]
    [InlineData("DEIT023", "{op: conv2d, name: lost, out: 3, output: lost}", "is read by nobody", "  - {block: unit", "  - {op: conv2d, name: lost, out: 3, output: lost}\n  - {block: unit, input: x")]
    [InlineData("DEIT020", "{op: relu, input: x}", "there are two members named 'stem'", "  - {block", "  - {op: conv2d, name: stem, out: 8}\n  - {block")]
    [InlineData("DEIT005", "module", "a name that every module has", "name: head", "name: module")]
    public void A_wrong_graph_is_reported_at_the_step_that_is_wrong(string rule, string squiggle, string message, string old, string changed)
    {
        AdditionalText spec = GeneratorHost.Yaml(Graph.Replace(old, changed));
        GeneratorHost host = GeneratorHost.Run("", spec);

        Diagnostic diagnostic = host.Result.Diagnostics[0];
        string text = $"{diagnostic.Id} {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}";
        Assert.Contains(message, text.Replace("{", "").Replace("}", ""));
        Assert.Equal(rule, diagnostic.Id);
        if (rule is not ("DEIT020" or "DEIT021")) Assert.Equal(squiggle, host.TextUnder(diagnostic, spec));
        Assert.Empty(host.Models);
    }

    [Fact]
    public void A_block_that_uses_itself_is_refused()
    {
        GeneratorHost host = GeneratorHost.Run("", GeneratorHost.Yaml(Graph.Replace("      - {op: add", "      - {block: unit, name: again, input: y, output: y}\n      - {op: add")));

        Assert.Equal("DEIT015", Assert.Single(host.Result.Diagnostics).Id);
    }
}
