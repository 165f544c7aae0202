using System.Collections.Immutable;
using Deit.Models;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>Training steps of deit_tiny at several rates of stochastic depth, constant over the blocks and rising.</summary>
internal sealed class DepthSweep : IDisposable
{
    private const int Seed = 0;

    private static readonly ModelOptions None = new() { DropPath = 0 };

    private readonly List<IDisposable> _owned = [];
    private readonly ModelBatch _batch;

    /// <summary>Prepares a sweep.</summary>
    /// <param name="batch">Images a batch.</param>
    public DepthSweep(int batch) => _batch = Own(new ModelBatch(DeitTinyPatch16_224.Description, batch));

    /// <summary>What each rate is measured for: constant, the rate in every block; rising, from 0 to the rate in the last block.</summary>
    private static IEnumerable<(double Rate, bool Rises, Func<IVisionModel> Create)> Models { get; } =
    [
        (0, false, static () => new DeitTinyPatch16_224(None)),
        (0.1, false, static () => new DeitTinyDepth10()),
        (0.3, false, static () => new DeitTinyDepth30()),
        (0.5, false, static () => new DeitTinyDepth50()),
        (0.1, true, static () => new DeitTinyPatch16_224(new() { DropPath = 0.1 })),
        (0.3, true, static () => new DeitTinyPatch16_224(new() { DropPath = 0.3 })),
        (0.5, true, static () => new DeitTinyPatch16_224(new() { DropPath = 0.5 })),
    ];

    /// <summary>Times the steps in turns.</summary>
    /// <param name="rounds">Turns each.</param>
    /// <param name="path">The path to train on.</param>
    /// <param name="rates">The rates above 0 to measure.</param>
    /// <returns>First that without stochastic depth; nothing where the path does not exist.</returns>
    public ImmutableArray<DepthTiming> Measure(int rounds, ModelPath path, params IReadOnlyList<double> rates)
    {
        (double Rate, bool Rises, Func<IVisionModel> Create)[] models = [.. Models.Where(model => model.Rate == 0 || rates.Contains(model.Rate))];
        ModelStep[] steps = [.. models.Select(model => Step(path, model.Create)).OfType<ModelStep>()];
        if (steps.Length < models.Length) return [];
        ImmutableArray<Timing> timings = Interleaved.Measure(rounds, [.. steps.Select(static step => new Candidate("", step.Run))]);
        return [.. models.Zip(timings, (model, timing) => new DepthTiming(model.Rate, model.Rises, timing.Milliseconds, timing.RatioTo(timings[0])))];
    }

    /// <inheritdoc/>
    public void Dispose() => Enumerable.Reverse(_owned).ToList().ForEach(static resource => resource.Dispose());

    private ModelStep? Step(ModelPath path, Func<IVisionModel> create)
    {
        manual_seed(Seed);
        return ModelStep.Create(path, Own(create()), _batch, train: true) is { } step ? Own(step) : null;
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }
}

/// <summary>How long a step took.</summary>
/// <param name="Rate">The rate of stochastic depth.</param>
/// <param name="Rises">Whether it rises from 0 to that over the blocks.</param>
/// <param name="Milliseconds">The median.</param>
/// <param name="Ratio">To the step without stochastic depth.</param>
internal sealed record DepthTiming(double Rate, bool Rises, double Milliseconds, Quartiles Ratio);
