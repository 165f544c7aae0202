using System.Text.Json;
using Deit.Checkpoints;
using Deit.Models;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Cli;

public sealed class ForwardTests
{
    [Fact]
    public void Forward_writes_the_logits_of_both_heads_and_their_mean()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        using var model = new DeitTinyDistilledPatch16_224();
        HashFill.Fill(model);
        (string weights, string input, string output) = (folder.File("w.safetensors"), folder.File("x.safetensors"), folder.File("y.safetensors"));
        Safetensors.Save(weights, StateDict.Of(model));
        Safetensors.Save(input, [new("input", HashFill.Images(2, 224, 224))]);

        CommandHost.Result result = CommandHost.Run("forward", "deit_tiny_distilled_patch16_224", "--weights", weights, "--input", input, "--output", output);

        Assert.Equal("", result.Error);
        Dictionary<string, Tensor> answers = Safetensors.Load(output);
        JsonElement reference = ReferenceFile.Read("models/deit_tiny_distilled_patch16_224.json");
        Assert.Equal(["class_logits", "distillation_logits", "logits"], answers.Keys.Order());
        foreach ((string name, Tensor logits) in answers) Golden.AssertLogits(reference.GetProperty(name), logits, name);
    }

    [Theory]
    [InlineData("takes (batch, 3, 224, 224)", "input", 1, 3, 32, 32)]
    [InlineData("has no tensor 'input'", "images", 1, 3, 224, 224)]
    public void A_wrong_input_is_refused(string message, string name, params int[] shape)
    {
        using var folder = new TemporaryFolder();
        using Tensor images = zeros([.. shape.Select(static extent => (long)extent)], device: CPU);
        string input = folder.File("x.safetensors");
        Safetensors.Save(input, [new(name, images)]);

        CommandHost.Result result = CommandHost.Run("forward", "regnety_002", "--weights", input, "--input", input, "--output", folder.File("y"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.ErrorLine);
    }
}
