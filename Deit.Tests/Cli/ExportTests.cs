using System.Text.Json;
using Deit.Checkpoints;
using Deit.Models;
using Deit.Tests.Onnx;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Cli;

public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_writes_a_model_with_the_weights_of_a_file()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var model = new DeitDigitsDistilled();
        HashFill.Fill(model);
        model.eval();
        Safetensors.Save(_folder.File("w.safetensors"), StateDict.Of(model));

        CommandHost.Result result = CommandHost.Run("export", "deit_digits_distilled", "--weights", _folder.File("w.safetensors"), "--output", Output);

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.EndsWith("deit_digits_distilled, images (batch, 3, 32, 32) → logits (batch, 10)\n", result.Output);
        using var session = new OnnxSession(Output);
        Tensor images = HashFill.Images(2, 32, 32);
        Assert.True(session.Run(images)["logits"].allclose(model.Predict(images), atol: 1e-4));
    }

    [Fact]
    public void Without_weights_a_warning_says_so()
    {
        CommandHost.Result result = CommandHost.Run("export", "regnety_digits", "--output", Output);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("deit: warning: without --weights, regnety_digits is exported with freshly initialised ones", result.ErrorLine);
        OnnxDocument.Read(Output).AssertWellFormed();
    }

    [Fact]
    public void Labels_are_kept_and_weights_put_into_a_second_file()
    {
        File.WriteAllText(_folder.File("labels.txt"), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");

        CommandHost.Result result = CommandHost.Run("export", "deit_digits_distilled", "--output", Output, "--labels", _folder.File("labels.txt"), "--external-data");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["labels.txt", "model.onnx", "model.onnx.data"], _folder.FileNames());
        using var session = new OnnxSession(Output);
        Assert.Equal(10, JsonSerializer.Deserialize<string[]>(session.Metadata["labels"])!.Length);
    }

    [Fact]
    public void A_spec_that_is_in_no_project_is_exported()
    {
        File.WriteAllText(_folder.File("spec.yaml"), "name: loose_export\nbase: deit_digits_distilled\ndepth: 1\nclasses: 3\n");

        CommandHost.Result result = CommandHost.Run("export", _folder.File("spec.yaml"), "--output", Output);

        Assert.Equal(0, result.ExitCode);
        OnnxDocument document = OnnxDocument.Read(Output);
        Assert.Equal("loose_export", document.GraphName);
        Assert.Equal("batch, 3", document.Outputs[0].Shape);
    }

    [Theory]
    [InlineData(2, "There is no model 'regnety_dgits'. Did you mean 'regnety_digits'?", "regnety_dgits")]
    [InlineData(1, "missing.safetensors", "regnety_digits", "--weights", "missing.safetensors")]
    [InlineData(1, "missing.txt", "regnety_digits", "--labels", "missing.txt")]
    [InlineData(1, "missing.yaml", "missing.yaml")]
    public void What_cannot_be_exported_is_named(int exitCode, string message, params string[] arguments)
    {
        CommandHost.Result result = CommandHost.Run(["export", .. arguments, "--output", Output]);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(message, result.Error);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        string output = Path.Combine(_folder.Path, "missing", "model.onnx");

        CommandHost.Result result = CommandHost.Run("export", "regnety_digits", "--output", output);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"'{output}' could not be written", result.Error);
    }

    private string Output => _folder.File("model.onnx");
}
