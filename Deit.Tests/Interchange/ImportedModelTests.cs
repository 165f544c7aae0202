using Deit.Cli;
using Deit.Cli.Specs;
using Deit.Interchange;
using Deit.Tests.Generators;
using Deit.Tests.Support;

namespace Deit.Tests.Interchange;

/// <summary>A configuration becomes a spec, or everything is named that keeps it from becoming one.</summary>
public sealed class ImportedModelTests : IDisposable
{
    private const string HuggingFaceDistilled = """
        {"model_type": "deit", "architectures": ["DeiTForImageClassificationWithTeacher"], "hidden_size": 192, "num_hidden_layers": 12,
         "num_attention_heads": 3, "intermediate_size": 768, "image_size": 224, "patch_size": 16, "num_channels": 3, "hidden_act": "gelu",
         "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.0, "qkv_bias": true, "id2label": {"0": "cat", "1": "dog", "2": "hen"}}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_architecture_and_its_arguments_become_the_keys_of_its_family()
    {
        ImportedModel model = Read("""
            {"architecture": "deit_tiny_distilled_patch16_224.fb_in1k", "num_classes": 10, "num_features": 192,
             "model_args": {"img_size": [32, 32], "patch_size": 8, "num_heads": 4, "drop_rate": 0.1, "attn_drop_rate": 0.1, "proj_bias": true, "weight_init": "skip"},
             "pretrained_cfg": {"input_size": [3, 32, 32], "crop_pct": 0.95, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}
            """);

        Assert.Equal("deit_tiny_distilled_patch16_224", model.Spec.Name);
        Assert.Equal((32, 8, 4, 192, 10), (Integer(model, "image_size"), Integer(model, "patch_size"), Integer(model, "heads"), Integer(model, "embed_dim"), Integer(model, "classes")));
        Assert.True(model.Spec.Values.Boolean("distilled"));
        Assert.Equal(0.1, model.Spec.Values.Number("drop_rate"));
        Assert.Equal(0.95, model.Preprocessing!.CropPct);
        Assert.Equal(["attn_drop_rate 0.1", "weight_init \"skip\""], model.LeftOut.AsEnumerable());
        Assert.Contains("# Left out, since it changes nothing but training: attn_drop_rate 0.1", model.ToYaml());
        Assert.Contains("preprocessing: {crop_pct: 0.95, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}", model.ToYaml());
    }

    [Theory]
    [InlineData("""{"architecture": "vit_base_patch32_224", "num_classes": 7}""", 768, 32, 224)]
    [InlineData("""{"architecture": "vit_small_patch8_224", "pretrained_cfg": {"num_classes": 7, "input_size": [3, 96, 96]}}""", 384, 8, 96)]
    [InlineData("""{"architecture": "vit_tiny_patch16_384", "num_classes": 7, "input_size": [3, 384, 384], "crop_pct": 1.0}""", 192, 16, 384)]
    public void The_names_of_timms_vision_transformers_say_their_sizes(string json, int width, int patch, int image)
    {
        ImportedModel model = Read(json);

        Assert.Equal((width, patch, image, 7), (Integer(model, "embed_dim"), Integer(model, "patch_size"), Integer(model, "image_size"), Integer(model, "classes")));
    }

    [Fact]
    public void A_RegNet_is_changed_by_its_design_space()
    {
        ImportedModel model = Read("""
            {"architecture": "regnety_002", "num_classes": 5, "model_args": {"w0": 32, "group_size": 16, "se_ratio": 0.5, "bottle_ratio": 1.0},
             "pretrained_cfg": {"input_size": [3, 288, 288]}}
            """);

        Assert.Equal((32, 16, 288, 5), (Integer(model, "w0"), Integer(model, "group_width"), Integer(model, "image_size"), Integer(model, "classes")));
        Assert.Equal(0.5, model.Spec.Values.Number("se_ratio"));
    }

    [Fact]
    public void The_configuration_of_transformers_becomes_the_same_model()
    {
        ImportedModel model = Read(HuggingFaceDistilled);

        Assert.Equal((192, 12, 3, 3), (Integer(model, "embed_dim"), Integer(model, "depth"), Integer(model, "heads"), Integer(model, "classes")));
        Assert.True(model.Spec.Values.Boolean("distilled"));
        Assert.False(model.Spec.Values.States("mlp_ratio"));
    }

    [Theory]
    [InlineData("norm_layer: \"rmsnorm\"; pre_norm: true", """{"architecture": "deit_tiny_patch16_224", "model_args": {"norm_layer": "rmsnorm", "pre_norm": true}}""")]
    [InlineData("bottle_ratio: 4.0", """{"architecture": "regnety_002", "model_args": {"bottle_ratio": 4.0}}""")]
    [InlineData("input_size: [3, 224, 320]", """{"architecture": "deit_tiny_patch16_224", "pretrained_cfg": {"input_size": [3, 224, 320]}}""")]
    [InlineData("img_size: [224,320]", """{"architecture": "deit_tiny_patch16_224", "model_args": {"img_size": [224,320]}}""")]
    [InlineData("a model without a head", """{"architecture": "deit_tiny_patch16_224", "num_classes": 0}""")]
    [InlineData("embed_dim: {}", """{"architecture": "deit_tiny_patch16_224", "model_args": {"embed_dim": {}}}""")]
    [InlineData("'resnet50', which is of no family here", """{"architecture": "resnet50"}""")]
    [InlineData("embed_dim 192 is not divisible by heads 5", """{"architecture": "deit_tiny_patch16_224", "model_args": {"num_heads": 5}}""")]
    [InlineData("'map' is not accepted", """{"architecture": "deit_tiny_patch16_224", "model_args": {"global_pool": "map"}}""")]
    [InlineData("is not accepted", """{"architecture": "deit_tiny_patch16_224", "model_args": {"global_pool": "token\nmax_parameters: 1"}}""")]
    [InlineData("hidden_act: relu; layer_norm_eps: 0.01", """{"model_type": "vit", "hidden_act": "relu", "layer_norm_eps": 0.01}""")]
    [InlineData("whose distillation token has no head", """{"model_type": "deit", "architectures": ["DeiTForImageClassification"]}""")]
    [InlineData("ViTModel", """{"model_type": "vit", "architectures": ["ViTModel"]}""")]
    [InlineData("the model type 'swin'", """{"model_type": "swin"}""")]
    [InlineData("neither an 'architecture' nor a 'model_type'", """{"a": 1}""")]
    [InlineData("neither an 'architecture' nor a 'model_type'", "[]")]
    [InlineData("is damaged", "{")]
    public void What_no_spec_can_say_is_named(string message, string json)
    {
        string text = Assert.Throws<DeitException>(() => Read(json)).Message;

        Assert.Contains(message, text);
        Assert.Contains(_folder.Path, text);
        Assert.DoesNotContain('\n', text);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("config.json", Assert.Throws<DeitException>(() => ImportedModel.Read(_folder.Path, Zoo.Models)).Message);

    [Theory]
    [InlineData(null, "my_model_1")]
    [InlineData("Other Name", "other_name")]
    public void The_name_is_the_folders_or_the_one_that_is_given(string? given, string expected)
    {
        string folder = _folder.File("My Model-1");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"architecture": "regnety_002"}""");

        Assert.Equal(expected, ImportedModel.Read(folder, Zoo.Models, given).Spec.Name);
    }

    [Fact]
    public void The_spec_describes_itself_and_CSharp_says_the_same()
    {
        ImportedModel model = Read(HuggingFaceDistilled);
        string yaml = _folder.File("imported.yaml");
        File.WriteAllText(yaml, model.ToYaml());

        Assert.Equal(model.Spec.Values, SpecAssembly.Load(yaml).Values);
        Assert.Contains("[VisionTransformer(\n    Name = \"deit_model\",\n    ImageSize = 224,\n    PatchSize = 16,\n    EmbedDim = 192,", model.ToCSharp());
        Assert.Contains("Distilled = true", model.ToCSharp());
        Assert.Contains("public partial class DeitModel;", model.ToCSharp());
    }

    [Theory]
    [InlineData("""{"architecture": "deit3_small_patch16_224", "pretrained_cfg": {"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "crop_pct": 1.0}}""")]
    [InlineData("""{"architecture": "regnety_002", "pretrained_cfg": {"interpolation": "bilinear"}}""")]
    [InlineData("""{"architecture": "efficientnet_b1", "num_classes": 5}""")]
    public void The_attribute_is_generated_to_the_class_that_the_YAML_is_generated_to(string json)
    {
        ImportedModel model = Read(json);

        GeneratorHost csharp = GeneratorHost.Run(model.ToCSharp().Replace("namespace Models;", $"namespace {GeneratorHost.Namespace};"));
        GeneratorHost yaml = GeneratorHost.Run("", GeneratorHost.Yaml(model.ToYaml()));

        Assert.Empty(csharp.Result.Diagnostics);
        Assert.Equal(yaml.Models.Single().Value, csharp.Models.Single().Value);
    }

    private ImportedModel Read(string json)
    {
        string path = _folder.File("config.json");
        File.WriteAllText(path, json);
        return ImportedModel.Read(path, Zoo.Models);
    }

    private static int Integer(ImportedModel model, string key) => (int)model.Spec.Values.Integer(key);
}
