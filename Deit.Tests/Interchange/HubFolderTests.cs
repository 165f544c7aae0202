using System.Text.Json;
using Deit.Checkpoints;
using Deit.Cli;
using Deit.Cli.Specs;
using Deit.Inference;
using Deit.Interchange;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Interchange;

/// <summary>What is written for timm is what timm reads, and read back it is the same model.</summary>
public sealed class HubFolderTests : IDisposable
{
    private static readonly string[] WeightKeys =
    [
        "tag", "custom_load", "input_size", "fixed_input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std", "num_classes",
        "pool_size", "first_conv", "classifier",
    ];

    private readonly TemporaryFolder _folder = new();

    private string Output => _folder.File("published");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_of_the_zoo_is_an_architecture_of_timm()
    {
        using IVisionModel model = Zoo.Find("deit_tiny_distilled_patch16_224").Create();

        JsonElement root = Save(model, tag: "fb_in1k");

        Assert.Equal(["architecture", "num_classes", "num_features", "global_pool", "pretrained_cfg"], Names(root));
        Assert.Equal("deit_tiny_distilled_patch16_224", root.GetProperty("architecture").GetString());
        Assert.Equal((1000, 192), (root.GetProperty("num_classes").GetInt32(), root.GetProperty("num_features").GetInt32()));
        JsonElement weights = root.GetProperty("pretrained_cfg");
        Assert.Equal(WeightKeys, Names(weights));
        Assert.Equal("fb_in1k", weights.GetProperty("tag").GetString());
        Assert.Equal("[3,224,224]", Compact(weights, "input_size"));
        Assert.Equal("""["head","head_dist"]""", Compact(weights, "classifier"));
        Assert.Equal("null", Compact(weights, "pool_size"));
        Assert.Equal("patch_embed.proj", weights.GetProperty("first_conv").GetString());
        Assert.Equal(model.Description.Preprocessing.CropPct, weights.GetProperty("crop_pct").GetDouble());
    }

    [Fact]
    public void A_variant_is_an_architecture_and_what_differs()
    {
        using IVisionModel model = SpecModel.Compile(_folder, "base: deit_digits_distilled", "classes: 3").Create();
        ClassNames names = new("a list", [new("n1", "cat"), new("n2", "dog"), new("n3", "n3")]);

        JsonElement root = Save(model, names);

        Assert.Matches("^deit_[a-z]+_distilled_patch16_", root.GetProperty("architecture").GetString());
        Assert.Equal(3, root.GetProperty("num_classes").GetInt32());
        JsonElement arguments = root.GetProperty("model_args");
        Assert.Equal(["img_size", "patch_size", "embed_dim", "depth"], Names(arguments));
        Assert.Equal((32, 8, 96), (arguments.GetProperty("img_size").GetInt32(), arguments.GetProperty("patch_size").GetInt32(), arguments.GetProperty("embed_dim").GetInt32()));
        Assert.Equal("""["n1","n2","n3"]""", Compact(root, "label_names"));
        Assert.Equal("dog", root.GetProperty("label_descriptions").GetProperty("n2").GetString());
    }

    [Fact]
    public void A_RegNet_has_the_pool_and_the_names_of_timm()
    {
        using IVisionModel model = Zoo.Find("regnety_002").Create();

        JsonElement weights = Save(model).GetProperty("pretrained_cfg");

        Assert.Equal("[7,7]", Compact(weights, "pool_size"));
        Assert.Equal(("stem.conv", "head.fc"), (weights.GetProperty("first_conv").GetString(), weights.GetProperty("classifier").GetString()));
        Assert.False(weights.GetProperty("fixed_input_size").GetBoolean());
    }

    [Theory]
    [InlineData("heads: [1, 2, 3, 4]", "base: deit_digits_distilled", "heads: [1, 2, 3, 4]")]
    [InlineData("stem: conv", "base: deit_digits_distilled", "stem: conv", "patch_size: 16", "image_size: 64")]
    [InlineData("widths: [24, 48, 96]", "base: regnety_digits")]
    [InlineData("no architecture", "base: hybrid_cifar10")]
    public void What_timm_does_not_have_is_named(string message, params string[] keys)
    {
        using IVisionModel model = SpecModel.Compile(_folder, keys).Create();

        Assert.Contains(message, Assert.Throws<DeitException>(() => Save(model)).Message);
        Assert.False(Directory.Exists(Output));
    }

    [Theory]
    [InlineData("base: deit_digits_distilled", "depth: 1", "classes: 3")]
    [InlineData("base: deit_tiny_patch16_224", "image_size: 32", "patch_size: 8", "depth: 1", "registers: 4", "no_embed_class: true", "init_values: 1e-5", "qk_norm: true", "qkv_bias: false")]
    [InlineData("base: deit_tiny_patch16_224", "image_size: 32", "patch_size: 8", "depth: 1", "class_token: false", "pool: avg", "mlp_ratio: 2.5", "channels: 1", "preprocessing: {mean: [0.5], std: [0.5]}")]
    [InlineData("base: regnety_002", "image_size: 64", "stem_width: 16", "depth: 8", "se_ratio: 0.5", "classes: 3")]
    public void A_published_model_is_imported_as_the_same_model_with_the_same_logits(params string[] keys)
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = SpecModel.Compile(_folder, keys).Create();
        Save(model);

        var imported = ImportedModel.Read(Output, Zoo.Models);
        string spec = _folder.File("imported.yaml");
        File.WriteAllText(spec, imported.ToYaml());
        using IVisionModel again = SpecAssembly.Compile(spec).Create();
        Weights.Load(again, Path.Combine(Output, "model.safetensors"));

        Assert.Equal("published", imported.Spec.Name);
        AssertSame(model.Description, again.Description);
        model.Module.eval();
        again.Module.eval();
        Tensor images = rand([2, .. model.Description.Input.Select(static extent => (long)extent)], generator: null, device: CPU);
        TensorAssert.Identical(model.Predict(images), again.Predict(images), "The logits");
    }

    [Fact]
    public void Every_model_of_the_zoo_that_timm_has_is_imported_as_itself()
    {
        Assert.All(Zoo.Models.Models.Where(static model => !model.Description.PublishedWeights.IsEmpty), model =>
        {
            string config = _folder.File("config.json");
            ModelDescription description = model.Description;
            File.WriteAllText(config, JsonSerializer.Serialize(new
            {
                architecture = description.Name,
                num_classes = description.Classes,
                pretrained_cfg = new { tag = "any", input_size = description.Input, crop_pct = description.Preprocessing.CropPct, mean = description.Preprocessing.Mean, std = description.Preprocessing.Std },
            }));

            var imported = ImportedModel.Read(config, Zoo.Models);

            Assert.Equal(description.Name, imported.Spec.Name);
            Assert.Equal(description.Parameters, Deit.Compiler.ModelCompiler.Compile(imported.Spec).Model!.Parameters);
        });
    }

    private static void AssertSame(ModelDescription expected, ModelDescription actual)
    {
        Assert.Equal(expected.Family, actual.Family);
        Assert.Equal(expected.Input.AsEnumerable(), actual.Input);
        Assert.Equal((expected.Classes, expected.Distilled, expected.Parameters, expected.Macs), (actual.Classes, actual.Distilled, actual.Parameters, actual.Macs));
        Assert.Equal(JsonSerializer.Serialize(expected.Layers), JsonSerializer.Serialize(actual.Layers));
        Assert.Equal(JsonSerializer.Serialize(expected.Preprocessing), JsonSerializer.Serialize(actual.Preprocessing));
    }

    private JsonElement Save(IVisionModel model, ClassNames? names = null, string tag = "deit")
    {
        HubFolder.Save(Output, model, Zoo.Models, model.Description.Preprocessing, names, tag);
        return JsonDocument.Parse(File.ReadAllText(Path.Combine(Output, "config.json"))).RootElement;
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(static property => property.Name);

    private static string Compact(JsonElement element, string name) => JsonSerializer.Serialize(element.GetProperty(name));
}
