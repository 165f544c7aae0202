using System.Text.Json;
using Deit.Checkpoints;
using Deit.Cli.Specs;
using Deit.Tests.Finetuning;
using Deit.Tests.Inference;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class ValidateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Validate_says_what_the_training_said_of_the_same_images()
    {
        string model = SpecModel.Write(_folder, "base: deit_digits_distilled", "depth: 1", "embed_dim: 24", "heads: 2", "classes: 3");
        ColourImages.Write(_folder, "data/train", classes: 3, imagesPerClass: 4);
        ColourImages.Write(_folder, "data/val", classes: 3, imagesPerClass: 2);
        string recipe = _folder.File("recipe.yaml");
        File.WriteAllText(recipe, $"name: few\ndata: {{ dataset: folder }}\nstudent: {{ model: \"{model.Replace('\\', '/')}\", epochs: 2, batch_size: 4 }}\n");
        (string data, string run) = (_folder.File("data"), _folder.File("run"));
        Assert.Equal("", CommandHost.Run("train", recipe, "--data", data, "--output", run).Error);
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "summary.json"))).RootElement.GetProperty("student");

        CommandHost.Result result = CommandHost.Run("validate", model, "--weights", run, "--data", data, "--json");

        Assert.Equal("", result.Error);
        JsonElement answer = result.Json;
        Assert.Equal(
            ["model", "weights", "images", "top1", "top5", "loss", "imagesPerSecond", "heads"], answer.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(["class", "distillation", "mean"], answer.GetProperty("heads").EnumerateObject().Select(static property => property.Name));
        Assert.Equal(["top1", "top5", "loss"], answer.GetProperty("heads").GetProperty("class").EnumerateObject().Select(static property => property.Name));
        Assert.Equal(6, answer.GetProperty("images").GetInt32());
        Assert.Equal(Path.Combine(run, "checkpoint-last", "model.safetensors"), answer.GetProperty("weights").GetString());
        Assert.Equal(summary.GetProperty("top1").GetDouble(), answer.GetProperty("top1").GetDouble());
        Assert.Equal(summary.GetProperty("classTop1").GetDouble(), answer.GetProperty("heads").GetProperty("class").GetProperty("top1").GetDouble());
        string lastEpoch = File.ReadLines(Path.Combine(run, "metrics.jsonl")).Last();
        Assert.Equal(JsonDocument.Parse(lastEpoch).RootElement.GetProperty("validationLoss").GetDouble(), answer.GetProperty("loss").GetDouble(), 1e-5);
    }

    [Fact]
    public void A_person_is_shown_a_table_with_a_row_for_every_head()
    {
        (string model, string weights) = Make("classes: 3");
        ColourImages.Write(_folder, "data", classes: 3, imagesPerClass: 1);

        CommandHost.Result result = CommandHost.Run("validate", model, "--weights", weights, "--data", _folder.File("data"), "--batch-size", "2");

        Assert.Equal("", result.Error);
        Assert.Contains("3/3  top-1 ", result.Output);
        Assert.All(["class head", "distillation head", "both heads", "top-5", "images/s"], text => Assert.Contains(text, result.Output));
    }

    [Theory]
    [InlineData("deit_digits_distilled")]
    [InlineData("regnety_digits")]
    public void A_model_is_judged_at_another_image_size(string @base)
    {
        (string model, string weights) = Make("classes: 3", @base);
        ColourImages.Write(_folder, "data", classes: 3, imagesPerClass: 1);

        CommandHost.Result result = CommandHost.Run("validate", model, "--weights", weights, "--data", _folder.File("data"), "--image-size", "64", "--crop-pct", "1", "--json");

        Assert.Equal("", result.Error);
        Assert.Equal(3, result.Json.GetProperty("images").GetInt32());
    }

    [Theory]
    [InlineData(1, "cannot take images of 33 pixels", "--image-size", "33")]
    [InlineData(2, "--image-size", "--image-size", "0")]
    [InlineData(2, "--batch-size must be at least 1", "--batch-size", "0")]
    [InlineData(1, "crop_pct", "--crop-pct", "2")]
    [InlineData(1, "There is no folder", "--data", "nowhere")]
    [InlineData(1, "names.txt", "--labels", "names.txt")]
    public void What_cannot_be_meant_is_said_in_a_line(int code, string message, string option, string value)
    {
        (string model, string weights) = Make("classes: 3");
        ColourImages.Write(_folder, "data", classes: 3, imagesPerClass: 1);
        string[] data = option == "--data" ? [] : ["--data", _folder.File("data")];

        CommandHost.Result result = CommandHost.Run(["validate", model, "--weights", weights, .. data, option, value]);

        Assert.Equal(code, result.ExitCode);
        Assert.Contains(message, result.ErrorLine);
    }

    [Fact]
    public void Folders_that_are_not_the_models_classes_need_a_list()
    {
        (string model, string weights) = Make("classes: 3");
        ColourImages.Write(_folder, "data", classes: 2, imagesPerClass: 1);
        string[] command = ["validate", model, "--weights", weights, "--data", _folder.File("data"), "--json"];
        File.WriteAllText(_folder.File("names.txt"), "other\nclass_1\nclass_0\n");

        Assert.Contains("has 2 folders", CommandHost.Run(command).ErrorLine);
        Assert.Equal(2, CommandHost.Run([.. command, "--labels", _folder.File("names.txt")]).Json.GetProperty("images").GetInt32());
    }

    [Fact]
    public void Weights_that_were_never_published_are_missed()
    {
        CommandHost.Result result = CommandHost.Run("validate", "deit_digits_distilled", "--weights", "pretrained", "--data", _folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("No weights were published for deit_digits_distilled", result.ErrorLine);
    }

    private (string Model, string Weights) Make(string classes, string @base = "deit_digits_distilled")
    {
        string model = SpecModel.Write(_folder, $"base: {@base}", classes);
        string weights = _folder.File("w.safetensors");
        using IVisionModel instance = SpecAssembly.Compile(model).Create();
        Safetensors.Save(weights, StateDict.Of(instance.Module));
        return (model, weights);
    }
}
