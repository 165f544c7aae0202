using System.Globalization;
using Deit.Benchmarks.Idiomatic;
using Deit.Models;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>The memory of a training step of deit_tiny, each path in a process of its own.</summary>
internal static class PeakStep
{
    /// <summary>The command that such a process runs.</summary>
    public const string Command = "peak";

    private const int Processes = 3;
    private const int Steps = 3;
    private const int Batch = 16;
    private const int Seed = 0;
    private const string HandWritten = "--hand-written";

    /// <summary>Writes the bytes of a step.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        bool handWritten = arguments.Flag(HandWritten);
        arguments.RequireNoMore();
        output.WriteLine((handWritten ? Idiomatic() : Fused()).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The median of the bytes that processes find.</summary>
    /// <param name="handWritten">Whether of the hand-written model, in place of generated code.</param>
    public static double Measure(bool handWritten) => Quartiles.Of(Enumerable.Range(0, Processes).Select(_ => double.Parse(
        OwnProcess.Run(typeof(PeakStep).Assembly, handWritten ? [Command, HandWritten] : [Command]), CultureInfo.InvariantCulture))).Median;

    private static long Fused() =>
        new ModelBenchmark(new RegisteredModelAttribute<DeitTinyPatch16_224>(""), Batch, Train: true).Peak(ModelPath.Fused);

    private static long Idiomatic()
    {
        manual_seed(Seed);
        using VisionTransformer model = VisionTransformer.DeitTiny();
        using var batch = new ModelBatch(DeitTinyPatch16_224.Description, Batch);
        model.train();
        return PeakMemory.Of(() =>
        {
            using var training = new IdiomaticTraining(model);
            Action step = training.Step(batch);
            for (int i = 0; i < Steps; i++) step();
        });
    }
}
