using System.Text.Json;
using Deit.Checkpoints;
using Deit.Cli.Specs;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_published_folder_is_imported_and_judged()
    {
        string model = SpecModel.Write(_folder, "base: deit_digits_distilled", "depth: 1", "classes: 3", "preprocessing: {crop_pct: 1}");
        string weights = _folder.File("w.safetensors");
        using (IVisionModel instance = SpecAssembly.Compile(model).Create()) Safetensors.Save(weights, StateDict.Of(instance.Module));
        string[] images = Inference.ColourImages.Write(_folder, "images", classes: 1, imagesPerClass: 1);
        File.WriteAllText(_folder.File("labels.txt"), "cat\ndog\nhen\n");
        (string folder, string spec) = (_folder.File("published"), _folder.File("imported.yaml"));

        CommandHost.Result published = CommandHost.Run("publish", model, "--weights", weights, "--labels", _folder.File("labels.txt"), "--output", folder);
        CommandHost.Result imported = CommandHost.Run("import", folder, "--output", spec);

        Assert.Equal(("", ""), (published.Error, imported.Error));
        Assert.Contains("local-dir:", published.Output);
        JsonElement before = CommandHost.Run("predict", model, images[0], "--weights", weights, "--labels", _folder.File("labels.txt"), "--json").Json;
        JsonElement after = CommandHost.Run("predict", spec, images[0], "--weights", folder, "--json").Json;
        Assert.Equal(before.GetRawText(), after.GetRawText());
    }

    [Fact]
    public void Without_a_file_the_spec_is_printed()
    {
        string config = _folder.File("config.json");
        File.WriteAllText(config, """{"architecture": "regnety_002", "num_classes": 5}""");

        Assert.Contains("name: mine\nfamily: regnet\n", CommandHost.Run("import", config, "--name", "mine").Output);
        Assert.Contains("[RegNet(\n    Name = \"regnety_002\",", CommandHost.Run("import", config, "--csharp").Output);
    }

    [Fact]
    public void What_no_spec_can_say_has_exit_code_1()
    {
        string config = _folder.File("config.json");
        File.WriteAllText(config, """{"architecture": "regnety_002", "model_args": {"preact": true}}""");

        CommandHost.Result result = CommandHost.Run("import", config, "--output", _folder.File("spec.yaml"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("preact: true", result.ErrorLine);
        Assert.False(File.Exists(_folder.File("spec.yaml")));
    }
}
