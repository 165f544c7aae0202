using System.Text.RegularExpressions;
using Deit.Tests.Support;
using FsCheck.Xunit;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>
/// For random valid specs, what the compiler says of a model is what the running module does; random invalid ones are reported.
/// The same numbers are drawn every time; <c>DEIT_LONG=1</c> draws many more.
/// </summary>
public sealed partial class PropertyTests
{
    [SpecProperty(cases: 25)]
    public void A_vision_transformer_runs_as_it_is_described(Choices choices) => AssertDescribed(RandomSpecs.VisionTransformer(choices));

    [SpecProperty(cases: 20)]
    public void A_RegNet_runs_as_it_is_described(Choices choices) => AssertDescribed(RandomSpecs.RegNet(choices));

    [SpecProperty(cases: 15)]
    public void An_EfficientNet_runs_as_it_is_described(Choices choices) => AssertDescribed(RandomSpecs.EfficientNet(choices));

    [SpecProperty(cases: 25)]
    public void A_graph_runs_as_it_is_described(Choices choices) => AssertDescribed(RandomSpecs.Graph(choices));

    [SpecProperty(cases: 100)]
    public void A_vision_transformer_that_is_spoiled_is_reported(Choices choices) => AssertReported(choices, RandomSpecs.VisionTransformer(choices),
    [
        static yaml => Set("embed_dim", "37")(Set("heads", "2")(yaml)), Set("heads", "5"), Set("heads", "[1, 1, 1, 1]"), Set("depth", "0"), Set("depth", "1001"), Set("depth", "two"), Set("depth", "\"2\""),
        Set("image_size", "16385"), Set("patch_size", "0"), Set("pool", "max"), Set("stem", "convolution"), Set("mlp_ratio", "-1"),
        Set("mlp_ratio", "[]"), Set("drop_path", "1"), Set("drop_path", "[0.1, 0.1, 0.1, 0.1]"), Set("qk_norm", "1"), Set("registers", "1.5"), Set("classes", "-3"),
        Drop("embed_dim"), Drop("depth"), Drop("heads"), Drop("name"), Drop("family"), Append("w0: 8"), Append("depht: 2"), Append("base: nobody"), Append("max_parameters: 10"), Append("max_macs: 1"),
        Append("teacher: nobody"),
    ]);

    [SpecProperty(cases: 60)]
    public void A_RegNet_that_is_spoiled_is_reported(Choices choices) => AssertReported(choices, RandomSpecs.RegNet(choices),
    [
        Set("group_width", "0"), Set("image_size", "0"), Set("channels", "1025"), Set("se_ratio", "1.5"), Set("drop_path", "[0.1]"), Set("stem_width", "wide"), Set("classes", "~"),
        Drop("group_width"), Append("w0: 8\nwidths: [8]"), Append("heads: 3"), Append("distilled: true"), Append("max_parameters: 0"), Append("class: 2x"),
        static yaml => yaml.Contains("w0:", StringComparison.Ordinal) ? Regex.Replace(yaml, "(?m)^w0: .*$", "w0: 12") : Regex.Replace(yaml, "(?m)^widths: .*$", "widths: [8, 8, 8, 8]"),
        static yaml => Regex.Replace(yaml, "(?m)^(depth|depths|widths|wm): .*\n", ""),
    ]);

    [SpecProperty(cases: 40)]
    public void An_EfficientNet_that_is_spoiled_is_reported(Choices choices) => AssertReported(choices, RandomSpecs.EfficientNet(choices),
    [
        Set("width_multiplier", "0"), Set("width_multiplier", "17"), Set("depth_multiplier", "[1, 2]"), Set("depth_multiplier", "deep"), Set("se_ratio", "-0.1"), Set("image_size", "0"),
        Set("drop_path", "1"), Set("classes", "~"), Drop("name"), Drop("family"), Append("widths: [8]"), Append("depth: 3"), Append("distilled: true"), Append("max_parameters: 10"), Append("paper: nowhere"),
    ]);

    [SpecProperty(cases: 60)]
    public void A_graph_that_is_spoiled_is_reported(Choices choices) => AssertReported(choices, RandomSpecs.Graph(choices),
    [
        Replace("name: head, out: ", "name: head, out: 1"), Replace("input: x}", "input: nobody}"), Replace("op: conv2d", "op: conv3d"), Replace("op: conv2d, name: ", "op: conv2d, names: "),
        Replace("kernel: ", "kernel: 10"), Replace("groups: ", "groups: 7"), Replace("stride: ", "stride: -"), Replace("  - {op: linear, name: head,", "  - {op: relu, output: lost}\n  - {op: linear, name: head,"),
        Replace("  - {op: linear, name: head,", "  - {op: flatten_patches}\n  - {op: linear, name: head,"), Replace("  - {op: linear, name: head,", "  - {op: add}\n  - {op: linear, name: head,"),
        Replace("  - {op: linear, name: head,", "  - {block: nobody, name: b}\n  - {op: linear, name: head,"), Replace("name: head,", "name: Head,"), Replace("name: head,", "name: dispose,"),
        Set("classes", "7"), Drop("steps"), Append("distillation_output: nobody"), Append("heads: 2"),
    ]);

    private static void AssertDescribed(string yaml)
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(yaml)));
        model.AssertDescribed(Devices.Require("cpu"));
    }

    private static void AssertReported(Choices choices, string yaml, Func<string, string>[] ways)
    {
        AdditionalText spec = GeneratorHost.Yaml(choices.Of(ways)(yaml));
        GeneratorHost host = GeneratorHost.Run("", spec);

        Assert.True(!host.Result.Diagnostics.IsEmpty, $"nothing is reported of\n{spec.GetText()}");
        Assert.Empty(host.Files);
        foreach (Diagnostic diagnostic in host.Result.Diagnostics)
        {
            Assert.Matches(OwnRule(), diagnostic.Id);
            host.TextUnder(diagnostic, spec);
        }
    }

    private static Func<string, string> Set(string key, string value) => yaml => Regex.Replace(yaml, $"(?m)^{key}: .*$", $"{key}: {value}");

    private static Func<string, string> Drop(string key) => yaml => Regex.Replace(yaml, $"(?m)^{key}:.*(\n  .*)*\n?", "");

    private static Func<string, string> Append(string line) => yaml => $"{yaml.TrimEnd('\n')}\n{line}\n";

    private static Func<string, string> Replace(string old, string changed) => yaml => yaml.Replace(old, changed);

    // DEIT099 would be the compiler's fault.
    [GeneratedRegex("^DEIT0[0-8][0-9]$")]
    private static partial Regex OwnRule();
}

/// <summary>A property of specs, which draws the same ones every time.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SpecPropertyAttribute : PropertyAttribute
{
    private const int LongFactor = 14;

    /// <summary>A property.</summary>
    /// <param name="cases">How many specs are drawn; many more under <c>DEIT_LONG=1</c>.</param>
    public SpecPropertyAttribute(int cases)
    {
        Cases = cases;
        MaxTest = Environment.GetEnvironmentVariable("DEIT_LONG") == "1" ? cases * LongFactor : cases;
        Replay = "20260131,7";
        Arbitrary = [typeof(SpecArbitrary)];
    }

    /// <summary>How many specs are drawn.</summary>
    public int Cases { get; }
}
