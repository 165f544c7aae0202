using System.Collections.Immutable;
using Deit.Benchmarking;
using static TorchSharp.torch;

namespace Deit.Studies;

/// <summary>
/// How fast models answer on the processor, by their generated code for inference: medians of turns that all models had in one
/// sitting, so that they are to be compared with each other.
/// </summary>
/// <param name="Batch">Images of a batch.</param>
/// <param name="Threads">Threads of libtorch.</param>
/// <param name="Rounds">The turns of every model.</param>
/// <param name="SgemmGigaflops">What the product of two large matrices reached among them: the machine's measure.</param>
/// <param name="Models">The models by their names.</param>
public sealed record StudyThroughput(int Batch, int Threads, int Rounds, double SgemmGigaflops, ImmutableArray<ModelThroughput> Models)
{
    // As many as make the most of a small model's matrices; more gain nothing.
    private const int ImagesOfBatch = 64;
    private const int Seed = 0;

    /// <summary>What was measured of a model; null where it was not.</summary>
    public ModelThroughput? Find(string model) => Models.FirstOrDefault(measured => measured.Model == model);

    /// <summary>Measures models.</summary>
    /// <param name="models">The models.</param>
    /// <param name="rounds">The turns of every model; at least 1.</param>
    public static StudyThroughput Measure(ImmutableArray<RegisteredModelAttribute> models, int rounds)
    {
        var owned = new Stack<IDisposable>();
        try
        {
            var sgemm = new Sgemm();
            owned.Push(sgemm);
            List<Candidate> candidates = [sgemm.Candidate];
            foreach (RegisteredModelAttribute registered in models)
            {
                manual_seed(Seed);
                IVisionModel model = registered.Create();
                owned.Push(model);
                var batch = new ModelBatch(registered.Description, ImagesOfBatch);
                owned.Push(batch);
                ModelStep step = ModelStep.Create(ModelPath.Fused, model, batch, train: false) ?? ModelStep.Create(ModelPath.Reference, model, batch, train: false)!;
                owned.Push(step);
                candidates.Add(new(registered.Description.Name, step.Run));
            }

            ImmutableArray<Timing> timings = Interleaved.Measure(rounds, candidates);
            return new(
                ImagesOfBatch,
                get_num_threads(),
                rounds,
                Sgemm.Gigaflops(Sgemm.Operations, timings[0].Milliseconds),
                [.. timings.Skip(1).Select(static timing => ModelThroughput.Of(timing, ImagesOfBatch))]);
        }
        finally
        {
            while (owned.TryPop(out IDisposable? last)) last.Dispose();
        }
    }
}

/// <summary>How fast a model answers.</summary>
/// <param name="Model">Its name.</param>
/// <param name="ImagesPerSecond">Images a second, the median.</param>
/// <param name="Lower">What three quarters of the turns were faster than.</param>
/// <param name="Upper">What a quarter of the turns was faster than.</param>
public sealed record ModelThroughput(string Model, double ImagesPerSecond, double Lower, double Upper)
{
    private const double MillisecondsOfSecond = 1000;

    internal static ModelThroughput Of(Timing timing, int images)
    {
        Quartiles rates = Quartiles.Of(timing.Times.Select(time => images * MillisecondsOfSecond / time));
        return new(timing.Candidate, rates.Median, rates.Lower, rates.Upper);
    }
}
