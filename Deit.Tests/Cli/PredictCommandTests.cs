using System.Text.Json;
using Deit.Checkpoints;
using Deit.Cli.Specs;
using Deit.Tests.Finetuning;
using Deit.Tests.Inference;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class PredictCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _weights;
    private readonly string[] _images;

    public PredictCommandTests()
    {
        _model = SpecModel.Write(_folder, "base: deit_digits_distilled", "depth: 1", "classes: 3");
        _weights = _folder.File("w.safetensors");
        using IVisionModel instance = SpecAssembly.Compile(_model).Create();
        Safetensors.Save(_weights, StateDict.Of(instance.Module));
        _images = ColourImages.Write(_folder, "images", classes: 1, imagesPerClass: 3);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_image_has_a_table_of_its_classes()
    {
        CommandHost.Result result = Run("--top", "2", "--labels", Labels("cat\ndog\nhen\n"));

        Assert.Equal("", result.Error);
        Assert.All(_images, image => Assert.Contains(image, result.Output));
        Assert.Equal(6, result.Output.Split('\n').Count(static line => line.Contains(" %", StringComparison.Ordinal)));
        Assert.Contains(result.Output.Split(' '), static word => word is "cat" or "dog" or "hen");
    }

    [Fact]
    public void Json_has_an_answer_for_every_image()
    {
        JsonElement[] answers = [.. Run("--json", "--labels", Labels("n00000001 cat\nn00000002 dog\nn00000003 hen\n")).Json.EnumerateArray()];

        Assert.Equal(_images, answers.Select(static answer => answer.GetProperty("image").GetString()));
        Assert.Equal(["image", "error", "classes"], answers[0].EnumerateObject().Select(static property => property.Name));
        JsonElement[] classes = [.. answers[0].GetProperty("classes").EnumerateArray()];
        Assert.Equal(["index", "id", "label", "probability"], classes[0].EnumerateObject().Select(static property => property.Name));
        Assert.Equal(1, classes.Sum(static item => item.GetProperty("probability").GetDouble()), 1e-9);
        Assert.All(classes, item => Assert.Equal($"n0000000{item.GetProperty("index").GetInt32() + 1}", item.GetProperty("id").GetString()));
    }

    [Fact]
    public void Without_names_classes_are_numbered()
    {
        JsonElement first = Run("--json").Json[0].GetProperty("classes")[0];

        Assert.Equal($"class {first.GetProperty("index").GetInt32()}", first.GetProperty("label").GetString());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("id").ValueKind);
    }

    [Fact]
    public void An_image_that_cannot_be_read_fails_the_command_after_the_others_are_answered()
    {
        File.WriteAllText(_images[1], "no image");

        CommandHost.Result result = Run("--json");
        CommandHost.Result table = Run();

        Assert.Equal((1, 1), (result.ExitCode, table.ExitCode));
        Assert.Contains(_images[1], result.ErrorLine);
        Assert.Equal([3, 0, 3], result.Json.EnumerateArray().Select(static answer => answer.GetProperty("classes").GetArrayLength()));
        Assert.Contains(_images[1], result.Json[1].GetProperty("error").GetString());
        Assert.Contains(_images[2], table.Output);
    }

    [Theory]
    [InlineData(2, "--top must be at least 1", "--top", "0")]
    [InlineData(1, "names 1 classes", "--labels", "{labels}")]
    public void What_cannot_be_meant_is_said_in_a_line(int code, string message, string option, string value)
    {
        CommandHost.Result result = Run(option, value.Replace("{labels}", Labels("cat\n")));

        Assert.Equal(code, result.ExitCode);
        Assert.Contains(message, result.ErrorLine);
    }

    private CommandHost.Result Run(params string[] options) => CommandHost.Run(["predict", _model, .. _images, "--weights", _weights, .. options]);

    private string Labels(string text)
    {
        File.WriteAllText(_folder.File("labels.txt"), text);
        return _folder.File("labels.txt");
    }
}
