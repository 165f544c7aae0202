using System.Text.Json;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class InspectionTests
{
    [Fact]
    public void List_shows_every_model_and_where_it_is_declared()
    {
        JsonElement[] models = [.. CommandHost.Run("list", "--json").Json.EnumerateArray()];

        JsonElement regnet = models.Single(static model => model.GetProperty("name").GetString() == "regnety_002");
        Assert.Equal("specs/models/regnety_002.yaml", regnet.GetProperty("declaredIn").GetString());
        Assert.Equal(3_162_996, regnet.GetProperty("parameters").GetInt64());
        Assert.False(regnet.GetProperty("distilled").GetBoolean());
        JsonElement deit = models.Single(static model => model.GetProperty("name").GetString() == "deit_tiny_distilled_patch16_224");
        Assert.Equal("Deit.Models/VisionTransformers.cs", deit.GetProperty("declaredIn").GetString());
        Assert.True(deit.GetProperty("distilled").GetBoolean());
        Assert.False(deit.TryGetProperty("layers", out _));
        Assert.Contains("regnety_002", CommandHost.Run("list").Output);
    }

    [Fact]
    public void Describe_has_the_layers_that_its_totals_are_the_sums_of()
    {
        JsonElement model = CommandHost.Run("describe", "deit_tiny_distilled_patch16_224", "--json").Json;
        JsonElement[] layers = [.. model.GetProperty("layers").EnumerateArray()];

        Assert.Equal(
            ["name", "family", "declaredIn", "parameters", "macs", "input", "classes", "distilled", "paper", "top1", "batch", "trainingBytes", "precision", "preprocessing", "weights", "layers"],
            model.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(["name", "kind", "output", "parameters", "macs"], layers[0].EnumerateObject().Select(static property => property.Name));
        Assert.Equal(model.GetProperty("parameters").GetInt64(), layers.Sum(static layer => layer.GetProperty("parameters").GetInt64()));
        Assert.Equal(model.GetProperty("macs").GetInt64(), layers.Sum(static layer => layer.GetProperty("macs").GetInt64()));
        Assert.Equal("[3,224,224]", JsonSerializer.Serialize(model.GetProperty("input")));
        Assert.Equal("[198,576]", JsonSerializer.Serialize(layers.Single(static layer => layer.GetProperty("name").GetString() == "blocks.3.attn.qkv").GetProperty("output")));
        Assert.Contains("blocks.3.attn.qkv", CommandHost.Run("describe", "deit_tiny_distilled_patch16_224").Output);
    }

    [Fact]
    public void Describe_tells_what_was_published_of_a_model_and_of_a_file_alike()
    {
        JsonElement model = CommandHost.Run("describe", "efficientnet_b1", "--json").Json;
        JsonElement file = CommandHost.Run("describe", RepositoryRoot.Combine("specs", "models", "efficientnet_b1.yaml"), "--json").Json;
        string text = CommandHost.Run("describe", "efficientnet_b1").Output;

        foreach (string fact in (string[])["paper", "top1", "preprocessing", "weights"]) Assert.Equal(model.GetProperty(fact).GetRawText(), file.GetProperty(fact).GetRawText());
        Assert.Equal(80.404, model.GetProperty("top1").GetDouble());
        Assert.Contains("paper: https://arxiv.org/abs/1905.11946", text, StringComparison.Ordinal);
        Assert.Contains("images: bicubic, crop 0.9, mean 0.5 0.5 0.5, std 0.5 0.5 0.5", text, StringComparison.Ordinal);
        Assert.Contains("81.44 % top-1, 95.70 % top-5 at 288×288", text, StringComparison.Ordinal);
        Assert.Contains("80.40 %", CommandHost.Run("list").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_names_versions_backend_and_devices()
    {
        JsonElement information = CommandHost.Run("info", "--json").Json;

        Assert.Equal("0.107.0", information.GetProperty("torchSharp").GetString());
        Assert.Contains(information.GetProperty("backend").GetString(), new[] { "cpu", "cuda" });
        Assert.Equal("cpu", information.GetProperty("devices")[0].GetString());
        Assert.True(information.GetProperty("threads").GetInt32() > 0);
    }
}
