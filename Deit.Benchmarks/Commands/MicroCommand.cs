using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Deit.Benchmarks.Micro;

namespace Deit.Benchmarks.Commands;

/// <summary>The parts around a model, one by one, by BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    private static readonly Type[] Benchmarks = [typeof(AdamWBenchmarks), typeof(MixupCutMixBenchmarks), typeof(DataLoaderBenchmarks)];

    /// <summary>Runs the benchmarks.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        arguments.RequireNoMore();
        Row[] rows = [.. BenchmarkRunner.Run(Benchmarks, Configuration()).SelectMany(Rows)];
        output.Write(
            "Parts: medians of short runs; ratio of times to the baseline, where there is one; managed memory an operation.",
            rows,
            new("benchmark", static row => row.Benchmark),
            new("ms", "F3", static row => row.Milliseconds),
            new("ratio", static row => row.Ratio is { } ratio ? FormattableString.Invariant($"{ratio:F3}") : "-"),
            new("KB", "F1", static row => row.Bytes / 1024.0));
    }

    // In this process: libtorch is loaded as the program found it, and what takes long is libtorch's code, not the JIT's.
    private static ManualConfig Configuration() => ManualConfig.CreateEmpty()
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(new MemoryDiagnoser(new MemoryDiagnoserConfig(displayGenColumns: false)))
        .AddLogger(NullLogger.Instance)
        .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet.Artifacts"));

    private static IEnumerable<Row> Rows(Summary summary)
    {
        if (summary.HasCriticalValidationErrors) throw new DeitException(string.Join(' ', summary.ValidationErrors.Select(static error => error.Message)));
        double? baseline = summary.Reports.Where(static report => report.BenchmarkCase.Descriptor.Baseline).Select(Milliseconds).Cast<double?>().SingleOrDefault();
        return summary.Reports.Select(report => new Row(
            Name(report),
            Milliseconds(report),
            Milliseconds(report) / baseline,
            report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0));
    }

    private static double Milliseconds(BenchmarkReport report) =>
        report.ResultStatistics is { } statistics
            ? statistics.Median / 1e6
            : throw new DeitException($"The benchmark '{Name(report)}' failed; see BenchmarkDotNet.Artifacts.");

    // BenchmarkDotNet quotes names that hold spaces.
    private static string Name(BenchmarkReport report) => report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');

    private sealed record Row(string Benchmark, double Milliseconds, double? Ratio, long Bytes);
}
