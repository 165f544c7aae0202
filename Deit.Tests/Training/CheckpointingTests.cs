using System.Collections.Immutable;
using System.Globalization;
using Deit.Operators;
using Deit.Tests.Generators;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Checkpoints change the memory of a training step and nothing else: logits, gradients and running statistics are the same, bit for bit.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class CheckpointingTests
{
    private const string Vit = "name: model\nfamily: vision_transformer\nimage_size: 32\npatch_size: 8\nembed_dim: 48\ndepth: 5\nheads: 3\nclasses: 7\ndrop_path: 0.5\n";
    private const string Net = "name: model\nfamily: regnet\nimage_size: 48\nstem_width: 8\ngroup_width: 8\nclasses: 7\ndepths: [1, 2, 2]\nwidths: [16, 24, 32]\ndrop_path: 0.5\n";
    private const string Efficient = "name: model\nfamily: efficientnet\nimage_size: 40\nwidth_multiplier: 0.25\ndepth_multiplier: 0.5\nclasses: 7\ndrop_path: 0.5\n";

    // Layers of the model's own lie between the units of a group, and a later group reads what an earlier one made.
    private const string Graph = """
        name: model
        family: graph
        image_size: 16
        classes: 7
        blocks:
          - block: residual
            steps:
              - {op: conv2d, name: conv, out: 16, input: x, output: y}
              - {op: batch_norm2d, name: bn, input: y, output: y}
              - {op: drop_path, name: drop, rate: 0.5, input: y, output: y}
              - {op: add, input: [x, y]}
              - {op: relu}
          - block: stage
            steps:
              - {block: residual, name: inner}
        steps:
          - {op: conv2d, name: stem, out: 16}
          - {block: residual, name: a, repeat: 2, output: early}
          - {op: batch_norm2d, name: bn, input: early, output: x}
          - {op: silu}
          - {block: stage, name: b}
          - {block: residual, name: c, repeat: 2}
          - {op: add, input: [x, early]}
          - {block: residual, name: d, repeat: 2}
          - {op: global_average_pool}
          - {op: linear, name: head, out: 7}

        """;

    public static TheoryData<string, string, int[], string> Specs => Devices.With<string, string, int[]>(
        ("vision transformer", Vit, [1, 2, 3, 100]),
        ("distilled, with norms of queries and keys", $"{Vit}distilled: true\nqk_norm: true\ninit_values: 0.1\n", [2]),
        ("mean of the tokens, convolutions as stem", $"{Vit}pool: avg\nclass_token: false\nstem: conv\n", [2]),
        ("bfloat16", $"{Vit}precision: bf16\n", [1, 2]),
        ("depth of whole mini-batches", $"{Vit}drop_path_mode: batch\n", [1, 2]),
        ("dropout", $"{Vit}distilled: true\ndrop_rate: 0.2\npos_drop_rate: 0.3\nproj_drop_rate: 0.4\n", [1, 2, 100]),
        ("dropout, in bfloat16", $"{Vit}proj_drop_rate: 0.4\nprecision: bf16\n", [1]),
        ("regnet", Net, [1, 2]),
        ("regnet, depth of whole mini-batches", $"{Net}drop_path_mode: batch\n", [1]),
        ("efficientnet", Efficient, [1, 3]),
        ("graph", Graph, [1, 2, 3, 100]));

    [SkippableTheory]
    [MemberData(nameof(Specs))]
    public void Checkpoints_change_no_bit(string name, string yaml, int[] numbers, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        Step whole = Step.Of(yaml, device);
        foreach (int every in numbers)
        {
            Step step = Step.Of($"{yaml}checkpoint_every: {every}\n", device);

            Assert.Equal(whole.Results.Keys, step.Results.Keys);
            foreach ((string what, Tensor expected) in whole.Results)
            {
                Assert.True(expected.equal(step.Results[what]).all().item<bool>(), $"{name}, a checkpoint every {every}: {what} differs");
            }

            if (every < 100) Assert.True(step.Bytes < whole.Bytes, $"{name}, a checkpoint every {every}: {step.Bytes} bytes are not less than {whole.Bytes}");
            else Assert.Equal(whole.Bytes, step.Bytes);
        }
    }

    [Fact]
    public void A_budget_that_the_whole_tape_exceeds_is_met_with_checkpoints()
    {
        const string Yaml = $"{Vit}batch: 64\nmax_training_bytes: 7 MiB\n";

        Assert.Contains("a training step of 64 images takes", Assert.Single(Run(Yaml)).GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Assert.Empty(Run($"{Yaml}checkpoint_every: 1\n"));

        static ImmutableArray<Diagnostic> Run(string yaml) => GeneratorHost.Run("", GeneratorHost.Yaml(yaml)).Result.Diagnostics;
    }

    [Fact]
    public void A_derived_model_has_the_checkpoints_of_its_base_unless_it_states_its_own()
    {
        const string Source = """
            namespace Sample;
            [Deit.VisionTransformer(EmbedDim = 24, Depth = 4, Heads = 2, ImageSize = 32, PatchSize = 8, CheckpointEvery = 2)] public partial class Parent;
            [Deit.VisionTransformer(Base = typeof(Parent))] public partial class Child;
            [Deit.VisionTransformer(Base = typeof(Parent), CheckpointEvery = 0)] public partial class Free;
            """;
        GeneratorHost host = GeneratorHost.Run(Source);

        Assert.Empty(host.Result.Diagnostics);
        Assert.Contains("checkpoint_every: 2", Code("Child"), StringComparison.Ordinal);
        Assert.Contains(".Replay(", Code("Child"), StringComparison.Ordinal);
        Assert.DoesNotContain("checkpoint_every", Code("Free"), StringComparison.Ordinal);
        Assert.DoesNotContain(".Replay(", Code("Free"), StringComparison.Ordinal);

        string Code(string type) => host.Files.Single(file => file.Key.Contains($"Sample.{type}.", StringComparison.Ordinal)).Value;
    }

    /// <summary>What a training step of a model gives, and the bytes that it takes.</summary>
    private sealed record Step(IReadOnlyDictionary<string, Tensor> Results, long Bytes)
    {
        private const int Batch = 6;
        private const long Seed = 11;

        public static Step Of(string yaml, Device device)
        {
            using RunningModel running = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(yaml)));
            nn.Module model = running.Model.Module;
            HashFill.Fill(model);
            model.to(device).train();
            Tensor images = HashFill.Images(Batch, running.Description.Input).to(device);
            manual_seed(Seed);
            using TrainingTape tape = running.Model is Classifier classifier
                ? classifier.ForwardTraining(images, out _)
                : ((DistilledClassifier)running.Model).ForwardTraining(images, out _);
            tape.Logits.Aggregate(zeros([], device: device), static (sum, logits) => sum + logits.square().sum()).backward();
            tape.Backward();

            var results = new Dictionary<string, Tensor>();
            for (int i = 0; i < tape.Logits.Count; i++) results.Add($"logits {i}", tape.Logits[i].detach().clone());
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in model.named_parameters()) results.Add($"gradient of {name}", parameter.grad!.clone());
            foreach ((string name, Tensor buffer) in model.named_buffers()) results.Add(name, buffer.clone());
            return new(results, running.Description.TrainingBytes(Batch)!.Value);
        }
    }
}
