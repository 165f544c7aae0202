using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deit.Models;
using Deit.Tests.Support;
using TorchSharp;

namespace Deit.Tests.Models;

/// <summary>The zoo has every model that was published, of the published size and names, with all that was published of it.</summary>
public sealed partial class ZooTests
{
    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    public static TheoryData<string> PublishedModels => [.. Published.Models.Keys];

    [Fact]
    public void The_zoo_is_what_was_published_and_the_students_of_the_recipes()
    {
        string[] own =
        [
            "deit_cifar10_distilled", "deit_cifar10_small", "deit_cifar10_small_distilled", "deit_cifar10_tiny", "deit_cifar10_tiny_distilled",
            "deit_digits_distilled", "efficientnet_cifar10", "efficientnet_cifar10_small", "hybrid_cifar10",
            "regnety_cifar10", "regnety_cifar10_small", "regnety_digits", "vit_cifar10_teacher",
        ];

        Assert.Equal(Published.Models.Keys.Concat(own).Order(StringComparer.Ordinal), Zoo.Models.Select(static model => model.Description.Name));
        Assert.All(own, static name => Assert.Empty(Zoo.Find(name).Description.PublishedWeights));
    }

    [Theory]
    [MemberData(nameof(PublishedModels))]
    public void A_model_has_the_published_number_of_parameters(string name) =>
        Assert.Equal(Published.Models[name].Millions, Zoo.Find(name).Description.Parameters / 1e6, 0.00501);

    [Theory]
    [MemberData(nameof(PublishedModels))]
    public void A_model_states_every_published_figure_and_no_other(string name)
    {
        ModelDescription description = Zoo.Find(name).Description;
        IEnumerable<Figure> stated = description.PublishedWeights.Select(weights => new Figure(
            weights.Tag, weights.ImageSize ?? description.Input[1], weights.Top1!.Value, weights.Top5, weights.Source.StartsWith("facebookresearch/deit", StringComparison.Ordinal)));

        Assert.Equal(Published.Models[name].Figures.OrderBy(static figure => figure.ToString()), stated.OrderBy(static figure => figure.ToString()));
        Assert.StartsWith("https://arxiv.org/abs/", description.Paper!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PublishedModels))]
    public void The_usual_weights_come_first_with_what_they_reach_on_images_of_the_models_size(string name)
    {
        ModelDescription description = Zoo.Find(name).Description;
        PublishedWeights first = description.PublishedWeights[0];

        Assert.Equal(Published.Models[name].DefaultTag, first.Tag);
        Assert.Null(first.ImageSize);
        Assert.StartsWith("huggingface/pytorch-image-models", first.Source, StringComparison.Ordinal);
        Assert.Equal(Text(description.Preprocessing), Text(first.Preprocessing));
    }

    [Theory]
    [MemberData(nameof(PublishedModels))]
    public void Weights_have_the_published_address_and_preprocessing(string name)
    {
        ModelDescription description = Zoo.Find(name).Description;
        foreach (JsonElement row in Published.Models[name].Rows)
        {
            PublishedWeights weights = description.PublishedWeights.First(weights =>
                weights.Tag == Word(row, "tag") && (weights.ImageSize ?? description.Input[1]) == row.GetProperty("input_size").GetInt32());

            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture, $"{row.GetProperty("crop_pct").GetDouble()} {Word(row, "interpolation")} {string.Join(' ', row.GetProperty("mean").Doubles())} {string.Join(' ', row.GetProperty("std").Doubles())}"),
                Text(weights.Preprocessing));

            // What timm's own hub has is used where the original is neither safetensors nor a .pth with timm's names.
            Assert.Contains(weights.Address.AbsoluteUri, new[] { Word(row, "url"), $"https://huggingface.co/{Word(row, "hub")}/resolve/main/model.safetensors" });
            Assert.EndsWith(weights.Address.Host == "huggingface.co" ? ".safetensors" : ".pth", weights.Address.AbsolutePath, StringComparison.Ordinal);
        }
    }

    // Of each family, a model that is compared with timm, and what distinguishes others from it.
    [Theory]
    [InlineData("regnety_", "regnety_002", null, null)]
    [InlineData("regnetx_", "regnety_002", null, ".se.")]
    [InlineData("efficientnet_", "efficientnet_b0", null, null)]
    [InlineData("vit_", "deit_tiny_patch16_224", null, null)]
    [InlineData("deit3_", "deit_tiny_patch16_224", ".ls", null)]
    public void A_model_that_is_not_compared_with_timm_has_the_layers_of_one_that_is(string prefix, string compared, string? more, string? less)
    {
        string[] expected = [.. Layers(compared).Where(layer => less is null || !layer.Contains(less, StringComparison.Ordinal))];
        foreach (string name in Zoo.Models.Select(static model => model.Description.Name).Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && Published.Models.ContainsKey(name)))
        {
            string[] actual = [.. Layers(name)];
            Assert.Equal(expected, actual.Where(layer => more is null || !layer.Contains(more, StringComparison.Ordinal)));
            Assert.Equal(more is null, actual.Length == expected.Length);
        }
    }

    [Theory]
    [InlineData("regnetx_002", "stem.conv.weight [32,3,3,3]", "s1.b1.downsample.conv.weight [24,32,1,1]", "s4.b7.conv2.conv.weight [368,8,3,3]", "s4.b7.conv3.bn.running_var [368]", "head.fc.weight [1000,368]")]
    [InlineData("regnety_006", "s1.b1.se.fc1.weight [8,48,1,1]", "s4.b4.conv3.conv.weight [608,608,1,1]", "head.fc.bias [1000]")]
    [InlineData("efficientnet_b1", "conv_stem.weight [32,3,3,3]", "blocks.0.1.conv_pw.weight [16,16,1,1]", "blocks.6.1.se.conv_reduce.weight [80,1920,1,1]", "conv_head.weight [1280,320,1,1]")]
    [InlineData("efficientnet_b3", "conv_stem.weight [40,3,3,3]", "blocks.0.0.bn2.weight [24]", "blocks.2.2.conv_dw.weight [288,1,5,5]", "blocks.6.1.conv_pwl.weight [384,2304,1,1]", "classifier.weight [1000,1536]")]
    [InlineData("deit3_small_patch16_224", "cls_token [1,1,384]", "pos_embed [1,196,384]", "blocks.11.ls1.gamma [384]", "blocks.0.ls2.gamma [384]", "blocks.3.attn.qkv.bias [1152]")]
    [InlineData("vit_tiny_patch16_224", "cls_token [1,1,192]", "pos_embed [1,197,192]", "patch_embed.proj.weight [192,3,16,16]", "head.weight [1000,192]")]
    public void A_model_that_is_not_compared_with_timm_has_its_names_and_shapes(string name, params string[] entries)
    {
        using IVisionModel model = Zoo.Find(name).Create();
        string[] state = [.. model.Module.state_dict().Select(static entry => $"{entry.Key} [{string.Join(",", entry.Value.shape)}]")];

        Assert.Empty(entries.Except(state));
        Assert.Equal(model.Description.Parameters, model.Module.parameters().Sum(static parameter => parameter.numel()));
    }

    /// <summary>The layers with stars in the places of numbers, and what they are.</summary>
    private static IEnumerable<string> Layers(string name) => Zoo.Find(name).Description.Layers
        .Select(static layer => $"{Index().Replace(layer.Name, "*")} {layer.Kind}")
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static string Text(Preprocessing preprocessing) => string.Create(CultureInfo.InvariantCulture,
        $"{preprocessing.CropPct} {preprocessing.Interpolation} {string.Join(' ', preprocessing.Mean)} {string.Join(' ', preprocessing.Std)}");

    private static string Word(JsonElement row, string key) => row.GetProperty(key).GetString() ?? "";

    [GeneratedRegex(@"(?<=^|\.|^s|\.b)\d+(?=\.|$)")]
    private static partial Regex Index();
}
