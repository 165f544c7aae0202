using Deit.Checkpoints;
using Deit.Modules;
using Deit.Operators;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Dropout in training: the same on both paths, beside stochastic depth too, and in a run that was interrupted.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class DropoutTrainingTests : IDisposable
{
    private static readonly string[] Vit =
    [
        "family: vision_transformer", "image_size: 16", "patch_size: 4", "embed_dim: 24", "depth: 3", "heads: 2", "classes: 10",
        "drop_rate: 0.3", "pos_drop_rate: 0.2", "proj_drop_rate: 0.4",
    ];

    private const string Graph = """
        family: graph
        image_size: 16
        classes: 10
        blocks:
          - block: branch
            steps:
              - {op: conv2d, name: conv, out: 16, kernel: 3, padding: 1, output: y}
              - {op: relu, input: y, output: y}
              - {op: dropout, name: drop, rate: 0.4, input: y, output: y}
              - {op: drop_path, name: depth, rate: 0.5, input: y, output: y}
              - {op: add, input: [x, y]}
        steps:
          - {op: dropout, name: pixels, rate: 0.1}
          - {op: conv2d, name: stem, out: 16, kernel: 3, stride: 2, padding: 1}
          - {block: branch, name: blocks, repeat: 3}
          - {op: flatten_patches}
          - {op: dropout, name: tokens, rate: 0.2}
          - {op: token_mean}
          - {op: dropout, name: features, rate: 0.3}
          - {op: linear, name: head, out: 10}
        """;

    private const string ByHead = """
        family: graph
        image_size: 16
        classes: 10
        steps:
          - {op: conv2d, name: stem, out: 8, kernel: 4, stride: 4}
          - {op: flatten_patches}
          - {op: linear, name: qkv, out: 24}
          - {op: split_heads, heads: 2, output: qkv}
          - {op: unpack, index: 0, input: qkv, output: q}
          - {op: unpack, index: 1, input: qkv, output: k}
          - {op: unpack, index: 2, input: qkv, output: v}
          - {op: dropout, name: queries, rate: 0.3, input: q, output: q}
          - {op: scaled_dot_product_attention, input: [q, k, v]}
          - {op: merge_heads}
          - {op: token_mean}
          - {op: linear, name: head, out: 10}
        """;

    private static readonly Dictionary<string, string[]> Specs = new()
    {
        ["vision transformer"] = Vit,
        ["stochastic depth"] = [.. Vit, "drop_path: 0.6", "init_values: 0.5"],
        ["whole mini-batches"] = [.. Vit, "drop_path: 0.6", "drop_path_mode: batch"],
        ["distilled"] = [.. Vit, "drop_path: 0.6", "distilled: true"],
        ["checkpointed"] = [.. Vit, "drop_path: 0.6", "distilled: true", "checkpoint_every: 1"],
        ["mean of the tokens"] = [.. Vit, "drop_path: 0.6", "pool: avg", "class_token: false"],
        ["regnet"] = ["base: regnety_digits", "drop_rate: 0.3", "drop_path: 0.3"],
        ["efficientnet"] = ["base: efficientnet_b0", "image_size: 32", "width_multiplier: 0.25", "drop_rate: 0.3", "drop_path: 0.3"],
        ["graph"] = Graph.Split('\n'),
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, string> Families
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (string name in Specs.Keys)
            {
                foreach (int seed in Enumerable.Range(1, 3))
                {
                    data.Add(name, seed, "cpu");
                    data.Add(name, seed, "cuda");
                }
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void Both_paths_drop_the_same_elements_and_agree(string family, int seed, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Create(Specs[family], out Tensor images);
        model.Module.to(device).to(ScalarType.Float64);

        FusedAgreement.Assert(model, images.to(device).to(ScalarType.Float64), 1e-9, seed);
    }

    [Theory]
    [InlineData("vision transformer", "pos_drop", "blocks.0.attn.proj_drop", "blocks.2.mlp.drop1", "blocks.2.mlp.drop2", "head_drop")]
    [InlineData("distilled", "blocks.1.mlp.drop1", "head_drop", "head_dist_drop")]
    [InlineData("regnet", "head.drop")]
    [InlineData("efficientnet", "drop")]
    public void Every_dropout_drops_by_itself_in_the_fused_step(string family, params string[] names)
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Create(Specs[family], out Tensor images);
        Dictionary<string, nn.Module> drops = model.Module.named_modules().Where(static entry => entry.module is DropPath or SeededDropout)
            .ToDictionary(static entry => entry.name, static entry => entry.module);
        foreach (nn.Module drop in drops.Values) drop.eval();
        double[] none = Logits(model, images);

        foreach (string name in names)
        {
            drops[name].train();
            Assert.NotEqual(none, Logits(model, images));
            drops[name].eval();
        }

        Assert.Equal(none, Logits(model, images));
    }

    [Fact]
    public void What_is_dropped_by_head_is_trained_on_the_reference_path()
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Create(ByHead.Split('\n'), out Tensor images);

        Assert.Null(model.Description.TrainingPlan);
        Assert.Equal([4, 10], ((Classifier)model).call(images).shape);
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Create(Specs["distilled"], out Tensor images);
        for (int seed = 0; seed < 20; seed++) Step(seed);

        Assert.Equal(0, Tensors.LeftBehind(() =>
        {
            for (int seed = 0; seed < 20; seed++) Step(seed);
        }));

        void Step(int seed)
        {
            using DisposeScope inner = NewDisposeScope();
            Logits(model, images, seed);
        }
    }

    [Fact]
    public void A_run_that_was_interrupted_and_resumed_ends_as_if_it_had_not_been()
    {
        RegisteredModelAttribute student = SpecModel.Compile(_folder, [.. Vit.Where(static line => !line.StartsWith("image_size", StringComparison.Ordinal)), "image_size: 8", "distilled: true", "drop_path: 0.3"]);
        ModelRegistry registry = TinyModels.Registry.With(student);
        Recipe recipe = TinyRecipe.Load(_folder.Path, $"student.model={student.Description.Name}", "distillation.type=none", "student.grad_accum_steps=2", "student.epochs=2");
        RecipeRun.Start(recipe, registry, new() { Output = _folder.File("whole") }).Execute();
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver
        {
            AfterStep = done =>
            {
                if ((done.Epoch, done.Step) == (2, 1)) cancellation.Cancel();
            },
        };

        Assert.Throws<OperationCanceledException>(() =>
            RecipeRun.Start(recipe, registry, new() { Output = _folder.File("out"), Observer = observer }).Execute(cancellation.Token));
        RecipeRun.Start(recipe, registry, new() { Output = _folder.File("out"), Resume = true }).Execute();

        using DisposeScope scope = NewDisposeScope();
        CheckpointContent expected = CheckpointFolder.Load(RunFolder.At(_folder.File("whole")).LastCheckpoint);
        CheckpointContent actual = CheckpointFolder.Load(RunFolder.At(_folder.File("out")).LastCheckpoint);
        foreach ((string name, Tensor tensor) in expected.Model) TensorAssert.Identical(tensor, actual.Model[name], name);
    }

    private IVisionModel Create(string[] spec, out Tensor images)
    {
        RegisteredModelAttribute registered = SpecModel.Compile(_folder, spec);
        IVisionModel model = registered.Create();
        HashFill.Fill(model.Module);
        model.Module.train();
        images = HashFill.Images(4, registered.Description.Input[1], registered.Description.Input[2]);
        return model;
    }

    /// <summary>The logits of all heads in a fused step, whose backward pass runs too.</summary>
    private static double[] Logits(IVisionModel model, Tensor images, long seed = 7)
    {
        using Generator generator = manual_seed(seed);
        using TrainingTape tape = model is Classifier classifier
            ? classifier.ForwardTraining(images, out _)
            : ((DistilledClassifier)model).ForwardTraining(images, out _);
        foreach (Tensor logits in tape.Logits) logits.square().sum().backward();
        tape.Backward();
        return [.. tape.Logits.SelectMany(static logits => logits.detach().Values())];
    }
}
