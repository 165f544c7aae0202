using Deit.Checkpoints;
using Deit.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Finetuning;

/// <summary>Weights of another number of classes or another image size fit where DeiT's fine-tuning makes them fit, and nowhere else.</summary>
public sealed class AdaptedWeightsTests : IDisposable
{
    private const string Transformer = "family: vision_transformer\npatch_size: 8\nembed_dim: 24\ndepth: 1\nheads: 2";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> AllDevices => Devices.All;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_of_the_very_model_are_loaded_as_they_are()
    {
        using IVisionModel source = Compile(Transformer, "image_size: 32", "classes: 10").Create();
        using IVisionModel target = Compile(Transformer, "image_size: 32", "classes: 10").Create();

        AdaptationReport report = AdaptedWeights.Load(target, Save(source));

        Assert.Empty(report.Changes);
        Assert.True(report.Weights.IsComplete);
        AssertEqual(source, target, StateDict.Of(source.Module).Keys);
    }

    [SkippableTheory]
    [InlineData(2, "distilled: true", "cpu")]
    [InlineData(1, "class_token: true", "cpu")]
    [InlineData(5, "registers: 4", "cpu")]
    [InlineData(0, "registers: 4\nno_embed_class: true", "cpu")]
    [InlineData(0, "class_token: false\npool: avg", "cpu")]
    [InlineData(2, "distilled: true", "cuda")]
    public void Heads_begin_anew_and_position_embeddings_are_interpolated(int prefixTokens, string tokens, string device)
    {
        Device there = Devices.Require(device);
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel source = Compile(Transformer, "image_size: 32", "classes: 10", tokens).Create();
        using IVisionModel target = Compile(Transformer, "image_size: 48", "classes: 7", tokens).Create();
        target.Module.to(there);
        string path = Save(source);
        Dictionary<string, Tensor> before = Copies(target);

        AdaptationReport report = AdaptedWeights.Load(target, path);

        string[] heads = source.Description.Distilled ? ["head", "head_dist"] : ["head"];
        string[] untouched = [.. heads.SelectMany(static head => new[] { $"{head}.weight", $"{head}.bias" })];
        IReadOnlyDictionary<string, Tensor> after = StateDict.Of(target.Module);
        Assert.All(untouched, name => TensorAssert.Identical(before[name], after[name], name));
        Tensor expected = PositionEmbedding.Interpolate(StateDict.Of(source.Module)["pos_embed"], prefixTokens, grid: 6);
        TensorAssert.Identical(expected, after["pos_embed"], "pos_embed");
        AssertEqual(source, target, after.Keys.Except([.. untouched, "pos_embed"]));
        Assert.Equal(
            [.. heads.Select(static head => $"{head}: begins anew, since the weights tell 10 classes apart and the model 7"), "pos_embed: 4x4 patches interpolated to 6x6"],
            report.Changes.Order(StringComparer.Ordinal));
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void The_head_of_a_RegNet_begins_anew(string device)
    {
        Device there = Devices.Require(device);
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel source = Compile("base: regnety_digits").Create();
        using IVisionModel target = Compile("base: regnety_digits", "classes: 3").Create();
        target.Module.to(there);
        Dictionary<string, Tensor> before = Copies(target);

        AdaptationReport report = AdaptedWeights.Load(target, Save(source));

        Assert.Equal("head.fc: begins anew, since the weights tell 10 classes apart and the model 3", Assert.Single(report.Changes));
        TensorAssert.Identical(before["head.fc.weight"], StateDict.Of(target.Module)["head.fc.weight"], "head.fc.weight");
        AssertEqual(source, target, before.Keys.Where(static name => !name.StartsWith("head.fc", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("misshapen", "embed_dim: 48")]
    [InlineData("missing: 'blocks.4.", "depth: 5")]
    [InlineData("unexpected: 'blocks.3.", "depth: 3")]
    [InlineData("misshapen: 'pos_embed'", "registers: 4")]
    public void Weights_of_another_architecture_are_refused_and_the_model_stays_as_it_was(string message, string other)
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel source = Compile("base: deit_digits_distilled", "distilled: false").Create();
        using IVisionModel target = Compile("base: deit_digits_distilled", "distilled: false", "classes: 7", other).Create();
        Dictionary<string, Tensor> before = Copies(target);

        DeitException refused = Assert.Throws<DeitException>(() => AdaptedWeights.Load(target, Save(source)));

        Assert.Contains(message, refused.Message);
        Assert.All(StateDict.Of(target.Module), entry => TensorAssert.Identical(before[entry.Key], entry.Value, entry.Key));
    }

    [Fact]
    public void Weights_without_a_distillation_token_are_none_of_a_distilled_model()
    {
        using IVisionModel source = Compile("base: deit_digits_distilled", "distilled: false").Create();
        using IVisionModel target = Compile("base: deit_digits_distilled").Create();

        DeitException refused = Assert.Throws<DeitException>(() => AdaptedWeights.Load(target, Save(source)));

        Assert.Contains("'dist_token'", refused.Message);
        Assert.Contains("'pos_embed' is (1, 17, 96), the model's (1, 18, 96)", refused.Message);
    }

    [Fact]
    public void Adapting_leaves_no_tensor_behind()
    {
        using IVisionModel source = Compile(Transformer, "image_size: 32", "classes: 10").Create();
        using IVisionModel target = Compile(Transformer, "image_size: 48", "classes: 7").Create();
        string path = Save(source);
        AdaptedWeights.Load(target, path);

        Assert.Equal(0, Tensors.LeftBehind(() => AdaptedWeights.Load(target, path)));
    }

    private RegisteredModelAttribute Compile(params string[] keys) => SpecModel.Compile(_folder, keys);

    private string Save(IVisionModel model)
    {
        string path = _folder.File($"{model.Description.Name}.safetensors");
        Safetensors.Save(path, StateDict.Of(model.Module));
        return path;
    }

    private static Dictionary<string, Tensor> Copies(IVisionModel model) =>
        StateDict.Of(model.Module).ToDictionary(static entry => entry.Key, static entry => entry.Value.detach().clone());

    private static void AssertEqual(IVisionModel expected, IVisionModel actual, IEnumerable<string> names)
    {
        (IReadOnlyDictionary<string, Tensor> one, IReadOnlyDictionary<string, Tensor> other) = (StateDict.Of(expected.Module), StateDict.Of(actual.Module));
        Assert.All(names, name => TensorAssert.Identical(one[name], other[name], name));
    }
}
