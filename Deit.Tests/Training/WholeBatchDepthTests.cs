using Deit.Modules;
using Deit.Operators;
using Deit.Tests.Finetuning;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Stochastic depth of whole mini-batches: the same on both paths, and a dropped branch is not run.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class WholeBatchDepthTests : IDisposable
{
    private const string Graph = """
        family: graph
        image_size: 16
        classes: 10
        blocks:
          - block: branches
            steps:
              - {op: conv2d, name: left, out: 16, kernel: 3, padding: 1, input: x, output: a}
              - {op: batch_norm2d, name: norm, input: a, output: a}
              - {op: conv2d, name: right, out: 16, kernel: 1, input: a, output: b}
              - {op: add, input: [a, b], output: y}
              - {op: drop_path, name: inner, rate: 0.5, mode: batch, input: y, output: y}
              - {op: add, input: [a, y], output: y}
              - {op: relu, input: y, output: y}
              - {op: drop_path, name: outer, rate: 0.5, mode: batch, input: y, output: y}
              - {op: add, input: [x, y], output: x}
        steps:
          - {op: conv2d, name: stem, out: 16, kernel: 3, stride: 2, padding: 1}
          - {block: branches, name: blocks, repeat: 3}
          - {op: global_average_pool}
          - {op: linear, name: head, out: 10}
        """;

    private static readonly Dictionary<string, string[]> Specs = new()
    {
        ["vision transformer"] = ["base: deit_digits_distilled", "drop_path_mode: batch"],
        ["regnet"] = ["base: regnety_digits", "drop_path_mode: batch"],
        ["efficientnet"] = ["base: efficientnet_b0", "image_size: 32", "width_multiplier: 0.5", "drop_path_mode: batch"],
        ["checkpointed transformer"] = ["base: deit_digits_distilled", "drop_path_mode: batch", "checkpoint_every: 2"],
        ["checkpointed regnet"] = ["base: regnety_digits", "drop_path_mode: batch", "checkpoint_every: 2"],
        ["graph"] = Graph.Split('\n'),
        // The inner branch reads what the outer one reads: the outer one is run and masked.
        ["shared input"] = Graph.Replace("kernel: 1, input: a", "kernel: 1, input: x", StringComparison.Ordinal).Split('\n'),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, int, string> Families
    {
        get
        {
            var data = new TheoryData<string, int, string>();
            foreach (string name in Specs.Keys)
            {
                foreach (int seed in Enumerable.Range(1, 4))
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
    public void Both_paths_drop_the_same_branches_and_agree(string family, int seed, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Create(family, device, ScalarType.Float64, out Tensor images);

        // A dropped branch's batch norms have seen nothing here, and everything there.
        FusedAgreement.Assert(model, images, 1e-9, seed, comparesStatistics: false);
    }

    [Theory]
    [InlineData("vision transformer")]
    [InlineData("regnet")]
    [InlineData("efficientnet")]
    [InlineData("graph")]
    public void A_dropped_branch_is_not_run(string family)
    {
        using DisposeScope scope = NewDisposeScope();
        using IVisionModel model = Create(family, CPU, ScalarType.Float32, out Tensor images);
        using (Step(model, images, seed: 0)) { }

        // What a step with these draws does not run may hold anything.
        Dictionary<string, double> drawn = Draws(model, images.shape[0], seed: 7);
        string[] dropped = [.. drawn.Where(static branch => branch.Value == 0).Select(static branch => branch.Key)];
        Assert.NotEmpty(dropped);
        Assert.Contains(drawn, static branch => branch.Value > 1);
        string[] poisoned = [.. model.Module.named_parameters().Select(static entry => entry.name).Where(name => dropped.Any(branch => IsIn(name, branch)))];
        Assert.NotEmpty(poisoned);
        Dictionary<string, TorchSharp.Modules.Parameter> parameters = model.Module.named_parameters().ToDictionary(static entry => entry.name, static entry => entry.parameter);
        Dictionary<string, Tensor> buffers = model.Module.named_buffers().Where(entry => dropped.Any(branch => IsIn(entry.name, branch))).ToDictionary(static entry => entry.name, static entry => entry.buffer);
        using (no_grad())
        {
            foreach (string name in poisoned) parameters[name].fill_(double.NaN);
        }

        Tensor[] before = [.. buffers.Values.Select(static buffer => buffer.clone())];
        using TrainingTape tape = Step(model, images, seed: 7);

        Assert.All(tape.Logits, static logits => Assert.True(logits.isfinite().all().item<bool>()));
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in parameters)
        {
            if (poisoned.Contains(name)) Assert.True(parameter.grad!.eq(0).all().item<bool>(), name);
            else Assert.True(parameter.grad!.isfinite().all().item<bool>(), name);
        }

        Assert.All(before.Zip(buffers.Values), static pair => TensorAssert.Identical(pair.First, pair.Second));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void The_expectation_stays(string deviceName)
    {
        const int draws = 4000;
        const double rate = 0.3;
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using var dropPath = new DropPath(rate, DropPathMode.Batch);
        using var model = nn.Sequential(("drop", dropPath), ("any", nn.Linear(1, 1, device: device)));
        using var memory = new TrainingMemory(model, batch: 3, elementsPerImage: 0, constantElements: 0);
        model.train();
        Tensor input = ones([3, 2], device: device);
        using Generator generator = manual_seed(11);
        double module = 0, fused = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor output = dropPath.call(input);
            Assert.True(output.eq(output[0, 0]).all().item<bool>());
            module += output[0, 0].item<float>() / draws;
            memory.Draw();
            fused += memory.DropPathFactors("drop").Tensor[0, 0].item<float>() / draws;
        }

        // Six standard deviations of the mean of values 0 and 1 / (1 - rate).
        double deviation = Math.Sqrt(rate / (1 - rate) / draws);
        Assert.Equal(1, module, 6 * deviation);
        Assert.Equal(1, fused, 6 * deviation);
    }

    [Fact]
    public void In_evaluation_every_branch_is_there()
    {
        using DisposeScope scope = NewDisposeScope();
        using var dropPath = new DropPath(0.5, DropPathMode.Batch);
        dropPath.eval();
        Tensor input = ones([2, 2], device: CPU);
        Assert.Equal(input.Values(), dropPath.call(input).Values());
    }

    public void Dispose() => _folder.Dispose();

    private IVisionModel Create(string family, Device device, ScalarType type, out Tensor images)
    {
        RegisteredModelAttribute registered = SpecModel.Compile(_folder, Specs[family]);
        IVisionModel model = registered.Create(new() { DropPath = 0.6 });
        HashFill.Fill(model.Module);
        model.Module.to(device).to(type).train();
        images = HashFill.Images(4, registered.Description.Input[1], registered.Description.Input[2]).to(device).to(type);
        return model;
    }

    private static TrainingTape Step(IVisionModel model, Tensor images, long seed)
    {
        using Generator generator = manual_seed(seed);
        TrainingTape tape = model is Classifier classifier
            ? classifier.ForwardTraining(images, out _)
            : ((DistilledClassifier)model).ForwardTraining(images, out _);
        foreach (Tensor logits in tape.Logits) logits.square().sum().backward();
        tape.Backward();
        return tape;
    }

    /// <summary>The factor of every branch that training drops, as a step from that seed draws it.</summary>
    private static Dictionary<string, double> Draws(IVisionModel model, long batch, long seed)
    {
        using Generator generator = manual_seed(seed);
        using (FusedStep step = TrainingSteps.Create(model, batch))
        {
            step.Memory.Draw();
            return model.Module.named_modules().Where(static entry => entry.module is DropPath { Rate: > 0 })
                .ToDictionary(static entry => entry.name, entry => (double)step.Memory.DropPathFactors(entry.name).Tensor[0, 0].item<float>());
        }
    }

    /// <summary>Whether a parameter or buffer serves that branch alone: it lies in the same block, and not beside the branch.</summary>
    private static bool IsIn(string name, string branch)
    {
        string block = branch[..(branch.LastIndexOf('.') + 1)];
        if (!name.StartsWith(block, StringComparison.Ordinal)) return false;
        string inside = name[block.Length..];
        return branch[block.Length..] switch
        {
            "drop_path1" => IsOneOf("norm1.", "attn."),
            "drop_path2" => IsOneOf("norm2.", "mlp."),
            "inner" => IsOneOf("right."),
            _ => !IsOneOf("downsample."),
        };

        bool IsOneOf(params string[] layers) => layers.Any(layer => inside.StartsWith(layer, StringComparison.Ordinal));
    }
}
