using System.Text.Json;
using Deit.Checkpoints;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class FinetuneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_of_32_pixels_and_7_classes_is_tuned_for_48_pixels_and_10_classes()
    {
        string[] model = ["base: deit_digits_distilled", "depth: 1", "embed_dim: 24", "heads: 2"];
        string weights = _folder.File("trained.safetensors");
        using (IVisionModel trained = SpecModel.Compile(_folder, [.. model, "image_size: 32", "classes: 7"]).Create())
        {
            Safetensors.Save(weights, StateDict.Of(trained.Module));
        }

        string student = SpecModel.Write(_folder, [.. model, "image_size: 48"]).Replace('\\', '/');
        string recipe = _folder.File("recipe.yaml");
        File.WriteAllText(recipe, $$"""
            name: tune
            data: { dataset: digits, image_size: 48 }
            student: { model: "{{student}}", finetune: trained.safetensors, epochs: 1 }
            """);
        string output = _folder.File("run");

        CommandHost.Result result = CommandHost.Run("train", recipe, "--output", output);

        Assert.Equal("", result.Error);
        Assert.Contains($"student: starts from {weights}", result.Output);
        Assert.Contains("  pos_embed: 4x4 patches interpolated to 6x6", result.Output);
        Assert.Contains("  head_dist: begins anew, since the weights tell 7 classes apart and the model 10", result.Output);
        Assert.True(File.Exists(Path.Combine(output, "summary.json")));
        Assert.Contains($"finetune: {weights}", File.ReadAllText(Path.Combine(output, "recipe.yaml")).Replace("\"", ""));
    }

    [Fact]
    public void A_tuned_run_is_checked_as_other_keys_are()
    {
        string recipe = _folder.File("recipe.yaml");
        File.WriteAllText(recipe, "name: tune\nstudent: { model: deit_digits_distilled, finetune: [a, b] }\n");

        JsonElement finding = CommandHost.Run("check", recipe, "--json").Json.EnumerateArray().Single();

        Assert.Equal("DEIT003", finding.GetProperty("rule").GetString());
        Assert.Contains("student.finetune", finding.GetProperty("message").GetString());
    }
}
