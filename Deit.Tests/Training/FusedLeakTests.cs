using Deit.Benchmarking;
using Deit.Losses;
using Deit.Models;
using Deit.Operators;
using Deit.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>Steps of generated training code leave nothing behind: neither tensors nor memory. <c>DEIT_LONG=1</c> takes 2,000 of them.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FusedLeakTests
{
    private const int WarmUpSteps = 20;

    // What the runtime itself may gather; an activation of the model's a step would be more.
    private const long Slack = 8 << 20;

    private static readonly int Steps = Environment.GetEnvironmentVariable("DEIT_LONG") == "1" ? 2000 : 60;

    [Theory]
    [InlineData(0, 32, WarmUpSteps)]
    [InlineData(0.3, 32, 200)]
    public void No_tensor_is_left_behind(double dropPath, int batch, int warmUp)
    {
        using var training = new Training(dropPath, batch);
        long highest = 0;
        for (int step = 0; step < warmUp; step++)
        {
            training.Step();
            if (step == warmUp / 2) Collect();
            if (step > warmUp / 2) highest = Math.Max(highest, Tensor.TotalCount);
        }

        // After every step: the garbage collector would hide, a while later, that one forgot something.
        for (int step = 0; step < Steps; step++)
        {
            training.Step();
            long left = Tensor.TotalCount - highest;
            Assert.True(left <= 0, $"{left} tensors more than before are alive after step {step + 1}.");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Memory_stays_flat(double dropPath)
    {
        using var training = new Training(dropPath, batch: 32);
        for (int step = 0; step < WarmUpSteps; step++) training.Step();
        Collect();
        long resident = PeakMemory.Resident();
        for (int step = 0; step < Steps; step++) training.Step();
        Collect();
        long grown = PeakMemory.Resident() - resident;
        Assert.True(grown <= Slack, $"The process grew by {grown} bytes in {Steps} steps.");
    }

    /// <summary>Frees what is garbage, and gives its memory back: a heap that waits for its next collection would look like a leak.</summary>
    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>All that a step of the trainer does: clipping and the average of the weights too.</summary>
    private sealed class Training : IDisposable
    {
        private readonly DeitDigitsDistilled _student;
        private readonly ModelBatch _batch;
        private readonly FlatParameters _parameters;
        private readonly FusedAdamW _optimizer;
        private readonly ExponentialMovingAverage _average;
        private readonly FlatAverage _flatAverage;

        public Training(double dropPath, int batch)
        {
            manual_seed(0);
            _student = new(new() { DropPath = dropPath });
            _student.train();
            _batch = new(DeitDigitsDistilled.Description, batch);
            _parameters = new(WeightDecayGroups.Create(_student, 0.05));
            _optimizer = new(_parameters, new());
            _average = new(_student, 0.999);
            _flatAverage = new(_student, _average, _parameters, 0.999);
        }

        public void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            using TrainingTape tape = _student.ForwardTraining(_batch.Images, out DistilledLogits logits);
            Tensor loss = CrossEntropy.Labels(logits.Class, _batch.Labels) + CrossEntropy.Labels(logits.Distillation, _batch.Labels);
            loss.backward();
            tape.Backward();
            _optimizer.Step(5e-4, FlatParameters.ClipFactor(_parameters.GradientNorm(), 1), _flatAverage);
        }

        public void Dispose()
        {
            _flatAverage.Dispose();
            _average.Dispose();
            _optimizer.Dispose();
            _parameters.Dispose();
            _batch.Dispose();
            _student.Dispose();
        }
    }
}
