using BenchmarkDotNet.Attributes;
using Deit.Models;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks.Micro;

/// <summary>A step of AdamW over the parameters of deit_tiny, 5.7 million.</summary>
public class AdamWBenchmarks
{
    // So small that the weights hardly move, however many steps are timed.
    private const double LearningRate = 1e-6;
    private const double WeightDecay = 0.05;

    private DeitTinyPatch16_224 _model = null!;
    private AdamW _ours = null!;
    private optim.Optimizer _torchSharp = null!;

    /// <summary>Makes the parameters, gradients for them, and both optimizers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        manual_seed(0);
        _model = new();
        foreach (Tensor parameter in _model.parameters())
        {
            using Tensor gradient = randn_like(parameter, device: CPU);
            parameter.grad = gradient;
        }

        _ours = new(WeightDecayGroups.Create(_model, WeightDecay), new());
        _torchSharp = optim.AdamW(_model.parameters(), LearningRate, weight_decay: WeightDecay);
    }

    /// <summary>Frees what the setup made.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _ours.Dispose();
        _torchSharp.Dispose();
        _model.Dispose();
    }

    /// <summary>The baseline.</summary>
    [Benchmark(Baseline = true, Description = "AdamW step, TorchSharp's")]
    public void TorchSharpStep()
    {
        using DisposeScope scope = NewDisposeScope();
        _torchSharp.step();
    }

    /// <summary>The optimizer of the trainer.</summary>
    [Benchmark(Description = "AdamW step, ours")]
    public void OurStep() => _ours.Step(LearningRate);
}
