using System.Text.Json;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

/// <summary>Specs that are in no project are checked, described and trained as those that are.</summary>
public sealed class SpecFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_specs_of_the_repository_have_no_errors()
    {
        CommandHost.Result result = CommandHost.Run("check", RepositoryRoot.Combine("specs"));

        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("0 errors", result.Output.TrimEnd());
        Assert.Empty(CommandHost.Run("check", RepositoryRoot.Combine("specs"), "--json").Json.EnumerateArray());
    }

    [Fact]
    public void Check_prints_errors_as_compilers_do()
    {
        string model = Write("model.yaml", "name: mini\nbase: deit_tiny_patch16_224\nheads: 5\n");
        string recipe = Write("recipe.yaml", "name: recipe\ndata: {dataset: digits}\nstudent: {model: mini, epochs: 0}\n");

        CommandHost.Result text = CommandHost.Run("check", model, recipe);
        JsonElement[] json = [.. CommandHost.Run("check", model, recipe, "--json").Json.EnumerateArray()];

        Assert.Equal(1, text.ExitCode);
        Assert.Contains($"{model}(3,8): error DEIT010: embed_dim 192 is not divisible by heads 5", text.Output);
        Assert.Contains($"{recipe}(3,32): error DEIT005: student.epochs: 0 is not accepted", text.Output);
        Assert.EndsWith("2 files, 2 errors", text.Output.TrimEnd());
        Assert.Equal(["DEIT010", "DEIT005"], json.Select(static finding => finding.GetProperty("rule").GetString()));
        Assert.Equal(8, json[0].GetProperty("column").GetInt32());
    }

    [Fact]
    public void A_spec_derives_from_the_zoo_and_may_have_a_name_of_the_zoo()
    {
        string spec = Write("spec.yaml", "name: deit_tiny_patch16_224\nbase: deit_tiny_distilled_patch16_224\ndepth: 2\nclasses: 10\n");

        JsonElement model = CommandHost.Run("describe", spec, "--json").Json;

        Assert.Equal("deit_tiny_patch16_224", model.GetProperty("name").GetString());
        Assert.Equal(spec, model.GetProperty("declaredIn").GetString());
        Assert.Equal(10, model.GetProperty("classes").GetInt32());
        Assert.True(model.GetProperty("distilled").GetBoolean());
        Assert.DoesNotContain(model.GetProperty("layers").EnumerateArray(), static layer => layer.GetProperty("name").GetString() == "blocks.2.norm1");
    }

    [Fact]
    public void Describing_a_spec_says_the_same_as_the_class_made_of_it()
    {
        string spec = Write("spec.yaml", File.ReadAllText(RepositoryRoot.Combine("specs", "models", "regnety_002.yaml")));

        JsonElement described = CommandHost.Run("describe", spec, "--json").Json;
        JsonElement generated = CommandHost.Run("describe", "regnety_002", "--json").Json;

        Assert.Equal(generated.GetProperty("layers").GetRawText(), described.GetProperty("layers").GetRawText());
        Assert.Equal(generated.GetProperty("macs").GetInt64(), described.GetProperty("macs").GetInt64());
    }

    [Fact]
    public void Describing_a_spec_of_mixed_precision_says_what_is_in_bfloat16()
    {
        string spec = Write("spec.yaml", "name: mixed\nbase: deit_tiny_patch16_224\nprecision: bf16\n");

        Assert.Equal("bf16", CommandHost.Run("describe", spec, "--json").Json.GetProperty("precision").GetString());
        Assert.Contains("trained in mixed precision, these in bfloat16: FlashAttention, LeadingAttention, Linear", CommandHost.Run("describe", spec).Output, StringComparison.Ordinal);
        Assert.Equal("float32", CommandHost.Run("describe", "deit_tiny_patch16_224", "--json").Json.GetProperty("precision").GetString());
    }

    [Theory]
    [InlineData("(1,1): error DEIT001: The file cannot be read as YAML: the file is empty", "")]
    [InlineData("(2,7): error DEIT014: there is no model 'deit_tyny_patch16_224' to derive from. Did you mean 'deit_tiny_patch16_224'?", "name: a\nbase: deit_tyny_patch16_224\n")]
    [InlineData("error DEIT022", "name: big\nfamily: vision_transformer\nembed_dim: 65536\ndepth: 1000\nheads: 4096\nimage_size: 16384\npatch_size: 1\nmlp_ratio: 64\n")]
    public void A_wrong_spec_has_exit_code_1_and_the_compilers_words(string message, string yaml)
    {
        string spec = Write("spec.yaml", yaml);

        CommandHost.Result result = CommandHost.Run("describe", spec);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(spec, result.ErrorLine);
        Assert.Contains(message, result.ErrorLine);
    }

    [Fact]
    public void A_recipe_trains_a_student_that_is_in_no_project()
    {
        string student = Write("student.yaml", "name: loose_student\nbase: deit_digits_distilled\ndepth: 1\nembed_dim: 24\nheads: 2\n");
        string recipe = Write("recipe.yaml", $"""
            name: loose
            data: {"{"}dataset: digits{"}"}
            student: {"{"}model: "{student.Replace("\\", "/")}", epochs: 1{"}"}
            distillation: {"{"}type: none{"}"}
            """);
        string output = _folder.File("run");

        CommandHost.Result result = CommandHost.Run("train", recipe, "--output", output);

        Assert.Equal("", result.Error);
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "summary.json"))).RootElement;
        Assert.Equal("loose_student", summary.GetProperty("student").GetProperty("model").GetString());
        Assert.Contains("loose_student", result.Output);
    }

    private string Write(string name, string text)
    {
        string path = _folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }
}
