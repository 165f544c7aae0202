using System.Text.Json;
using Deit.Models;
using Deit.Tests.Generators;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Onnx;

/// <summary>What an exported file holds beside what the model computes.</summary>
public sealed class ExportedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inputs_and_outputs_are_named_and_take_any_batch()
    {
        using var model = new DeitDigitsDistilled();

        OnnxDocument document = Export(model);

        Assert.Equal(26, document.Opset);
        Assert.Equal(13, document.IrVersion);
        Assert.Equal("deit_digits_distilled", document.GraphName);
        Assert.StartsWith("Deit ", document.Producer);
        Assert.StartsWith("A distilled vision transformer", document.Documentation);
        Assert.Equal(["images (batch, 3, 32, 32)"], Texts(document.Inputs));
        Assert.Equal(["logits (batch, 10)", "class_logits (batch, 10)", "distillation_logits (batch, 10)"], Texts(document.Outputs));
        Assert.Contains("blocks.3.mlp.fc1.Add (batch, 18, 384)", Texts(document.Intermediates));
    }

    [Fact]
    public void Names_are_those_of_the_state_dict()
    {
        using var model = new DeitDigitsDistilled();

        OnnxDocument document = Export(model);

        IEnumerable<string> weights = document.Initializers.Where(static tensor => tensor.Type == 1 && !tensor.Name.StartsWith("number_", StringComparison.Ordinal))
            .Select(static tensor => tensor.Name.Replace(".transposed", "", StringComparison.Ordinal));
        Assert.Equal(model.state_dict().Keys.Order(StringComparer.Ordinal), weights.Order(StringComparer.Ordinal));
        DocumentTensor qkv = document.Initializers.Single(static tensor => tensor.Name == "blocks.0.attn.qkv.weight.transposed");
        Assert.Equal([96, 288], qkv.Shape);
        DocumentNode product = document.Nodes.Single(static node => node.Name == "blocks.0.attn.qkv.MatMul");
        Assert.Equal("blocks.0.attn.qkv.weight.transposed", product.Inputs[1]);
    }

    [Fact]
    public void The_file_is_little_larger_than_the_weights()
    {
        using var model = new DeitTinyPatch16_224();

        OnnxDocument document = Export(model);

        long weights = model.Module.parameters().Sum(static parameter => parameter.numel()) * sizeof(float);
        long nodes = 500 * (document.Nodes.Length + document.Initializers.Length);
        Assert.InRange(new FileInfo(Path).Length, weights, weights + nodes);
    }

    [Fact]
    public void Metadata_say_how_images_are_prepared_and_what_classes_are_called()
    {
        using var model = new DeitDigitsDistilled();
        string[] labels = ["zero", "one", "two", "three", "four", "five", "six", "seven", "\"eight\"", "neuf – 9"];
        var options = new OnnxOptions
        {
            Labels = [.. labels],
            Preprocessing = Preprocessing.Default with { CropPct = 0.95, Interpolation = "bilinear", Mean = [0.5, 0.25, 0.125] },
        };

        Export(model, options);
        using var session = new OnnxSession(Path);

        Assert.Equal("deit_digits_distilled", session.Metadata["model_name"]);
        Assert.Equal("vision_transformer", session.Metadata["family"]);
        Assert.Equal("[3,32,32]", session.Metadata["input_size"]);
        Assert.Equal("0.95", session.Metadata["crop_pct"]);
        Assert.Equal("bilinear", session.Metadata["interpolation"]);
        Assert.Equal("[0.5,0.25,0.125]", session.Metadata["mean"]);
        Assert.Equal("[0.229,0.224,0.225]", session.Metadata["std"]);
        Assert.Equal("10", session.Metadata["num_classes"]);
        Assert.Equal(labels, JsonSerializer.Deserialize<string[]>(session.Metadata["labels"]));
    }

    [Fact]
    public void Without_labels_there_are_none()
    {
        using var model = new DeitDigitsDistilled();

        Assert.DoesNotContain("labels", Export(model).Metadata.Keys);
    }

    [Fact]
    public void Weights_may_be_in_a_second_file_each_where_a_page_begins()
    {
        using var model = new RegNetYDigits();

        OnnxAgreement.AssertAgrees(model, new() { InlineBytes = 0 });
        OnnxDocument document = Export(model, new() { InlineBytes = 0 });

        Assert.Equal(["model.onnx", "model.onnx.data"], _folder.FileNames());
        DocumentTensor[] external = [.. document.Initializers.Where(static tensor => !tensor.External.IsEmpty)];
        Assert.Equal(document.Initializers.Where(static tensor => tensor.Shape.Length > 0 && tensor.Type == 1), external);
        Assert.All(external, static tensor => Assert.Equal("model.onnx.data", tensor.External["location"]));
        Assert.All(external, static tensor => Assert.Equal(0, Number(tensor, "offset") % 4096));
        Assert.Equal(new FileInfo(_folder.File("model.onnx.data")).Length, external.Max(static tensor => Number(tensor, "offset") + Number(tensor, "length")));
        Assert.True(new FileInfo(Path).Length < 200_000);
    }

    [Fact]
    public void Weights_above_the_limit_and_only_those_go_to_a_second_file()
    {
        using var model = new DeitDigitsDistilled();
        long bytes = model.Module.parameters().Sum(static parameter => parameter.numel()) * sizeof(float);

        Export(model, new() { InlineBytes = bytes });
        Assert.Equal(["model.onnx"], _folder.FileNames());
        Export(model, new() { InlineBytes = bytes - 1 });
        Assert.Equal(["model.onnx", "model.onnx.data"], _folder.FileNames());
    }

    [Fact]
    public void A_model_of_another_type_and_mode_gives_the_same_file()
    {
        using var model = new RegNetYDigits();
        using (no_grad())
        {
            // What half precision can hold as it is.
            foreach (Tensor tensor in model.state_dict().Values.Where(static tensor => tensor.is_floating_point())) tensor.fill_(0.375);
        }

        model.eval();
        Export(model);
        byte[] expected = File.ReadAllBytes(Path);
        model.train();
        model.half();
        Export(model);

        Assert.Equal(expected, File.ReadAllBytes(Path));
        Assert.True(model.training);
    }

    [Fact]
    public void Names_that_steps_share_with_outputs_and_constants_do_not_clash()
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml("""
            name: model
            family: graph
            image_size: 4
            classes: 5
            steps:
              - {op: learned_tokens, name: images, tokens: 16, width: 3, output: a}
              - {op: learned_tokens, name: logits, tokens: 16, width: 3, output: b}
              - {op: learned_tokens, name: integers_1, tokens: 16, width: 3, output: c}
              - {op: flatten_patches, input: x}
              - {op: add, input: [x, a]}
              - {op: add, input: [x, b]}
              - {op: add, input: [x, c]}
              - {op: token_mean}
              - {op: linear, name: class_logits, out: 5}
            distillation_output: x
            """)));

        OnnxAgreement.AssertAgrees(model.Model);
    }

    [Fact]
    public void A_model_may_have_a_name_that_no_class_could_have()
    {
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml("""
            name: linear
            class: Plain
            family: graph
            image_size: 4
            classes: 5
            steps:
              - {op: global_average_pool}
              - {op: linear, name: head, out: 5}
            """)));

        Assert.Equal("linear", Export(model.Model).GraphName);
    }

    private string Path => _folder.File("model.onnx");

    private static IEnumerable<string> Texts(DocumentValue[] values) => values.Select(static value => $"{value.Name} ({value.Shape})");

    private static long Number(DocumentTensor tensor, string key) => long.Parse(tensor.External[key], System.Globalization.CultureInfo.InvariantCulture);

    private OnnxDocument Export(IVisionModel model, OnnxOptions? options = null)
    {
        model.ExportOnnx(Path, options);
        var document = OnnxDocument.Read(Path);
        document.AssertWellFormed();
        return document;
    }
}
