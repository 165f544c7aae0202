using System.CommandLine;
using System.Globalization;
using Deit.Benchmarking;
using Deit.Cli.Specs;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Cli.Commands;

/// <summary><c>deit bench MODEL</c>: how fast a model is, and how much memory it takes, with generated code and on the reference path.</summary>
internal static class BenchCommand
{
    private const int DefaultBatch = 16;
    private const int PeakProcesses = 3;
    private const double Megabyte = 1e6;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.Create();
        var batch = new Option<int>("--batch") { Description = "Images of a step.", DefaultValueFactory = static _ => DefaultBatch };
        var train = new Option<bool>("--train") { Description = "Time a training step: forward, cross entropy, backward, AdamW; without it, inference." };
        var dropPath = new Option<double>("--drop-path") { Description = "The stochastic-depth rate of the last block while training; by default 0, so that every step is the same work." };
        var rounds = new Option<int>("--rounds") { Description = "How many turns each path has.", DefaultValueFactory = static _ => Interleaved.DefaultRounds };
        var threads = new Option<int?>("--threads") { Description = "Threads of libtorch; by default as many as it chooses." };
        Option<string> device = DeviceOption.Create();
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var peak = new Option<ModelPath?>("--peak") { Description = "Write the bytes that a path takes, and nothing else.", Hidden = true };
        var command = new Command("bench", "Measure how fast a model is, and the memory it takes.") { model, batch, train, dropPath, rounds, threads, device, json, peak };
        command.SetAction(parsed =>
        {
            int images = AtLeastOne(batch, parsed.GetValue(batch));
            int turns = AtLeastOne(rounds, parsed.GetValue(rounds));
            if (parsed.GetValue(threads) is { } given) AtLeastOne(threads, given);
            double rate = parsed.GetValue(dropPath);
            if (rate is not (>= 0 and < 1)) throw new UsageException("'--drop-path' must be at least 0 and less than 1.");
            var benchmark = new ModelBenchmark(ModelArgument.Find(parsed.GetRequiredValue(model)), images, parsed.GetValue(train), rate) { Device = DeviceOption.Find(parsed, device) };
            OnThreads(parsed.GetValue(threads), () =>
            {
                if (parsed.GetValue(peak) is { } path) terminal.WriteLine(benchmark.Peak(path).ToString(CultureInfo.InvariantCulture));
                else if (parsed.GetValue(json)) terminal.WriteJson(Measure(benchmark, parsed.GetRequiredValue(model), turns));
                else Write(terminal, benchmark, Measure(benchmark, parsed.GetRequiredValue(model), turns));
            });
        });
        return command;
    }

    private static int AtLeastOne(Option option, int value) => value >= 1 ? value : throw new UsageException($"'{option.Name}' must be at least 1.");

    private static void OnThreads(int? threads, Action action)
    {
        int before = get_num_threads();
        if (threads is { } count) set_num_threads(count);
        try
        {
            action();
        }
        finally
        {
            if (threads is not null) set_num_threads(before);
        }
    }

    private static Measurement Measure(ModelBenchmark benchmark, string model, int rounds)
    {
        ModelTimes times = benchmark.Time(rounds);
        double operations = ModelStep.Operations(benchmark.Model.Description, benchmark.Batch, benchmark.Train);
        double gigaflops = Sgemm.Gigaflops(Sgemm.Operations, times.Sgemm);
        return new(
            benchmark.Model.Description.Name,
            benchmark.Batch,
            get_num_threads(),
            gigaflops,
            times.Fused is { } fused ? Of(ModelPath.Fused, fused) : null,
            Of(ModelPath.Reference, times.Reference));

        PathMeasurement Of(ModelPath path, double milliseconds) => new(
            benchmark.Batch * 1000 / milliseconds,
            milliseconds,
            Sgemm.Gigaflops(operations, milliseconds) / gigaflops,
            benchmark.Device.type == DeviceType.CPU ? Peak(benchmark, model, path, Math.Min(rounds, PeakProcesses)) / Megabyte : null);
    }

    /// <summary>The median of some processes, for each path its own: what the other path left to the allocator would not count.</summary>
    private static double Peak(ModelBenchmark benchmark, string model, ModelPath path, int processes)
    {
        string[] arguments =
        [
            "bench", model, "--batch", Word(benchmark.Batch), "--drop-path", Word(benchmark.DropPath ?? 0), "--threads", Word(get_num_threads()), "--device", "cpu",
            "--peak", path.ToString(), .. benchmark.Train ? ["--train"] : Array.Empty<string>(),
        ];
        return Quartiles.Of(Enumerable.Range(0, processes).Select(_ =>
            double.Parse(OwnProcess.Run(typeof(BenchCommand).Assembly, arguments), CultureInfo.InvariantCulture))).Median;
    }

    private static string Word(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static void Write(Terminal terminal, ModelBenchmark benchmark, Measurement measurement)
    {
        terminal.WriteLine();
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {measurement.Model}, {(benchmark.Train ? "training step" : "inference")}, batch {measurement.Batch}, {Where(benchmark.Device, measurement.Threads)}; sgemm {measurement.SgemmGflops:0} GFLOP/s"));
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("path")
            .AddColumn(new TableColumn("images/s").RightAligned())
            .AddColumn(new TableColumn("ms a step").RightAligned())
            .AddColumn(new TableColumn("of sgemm").RightAligned())
            .AddColumn(new TableColumn("peak memory").RightAligned());
        AddRow(table, "fused", measurement.Fused);
        AddRow(table, "reference", measurement.Reference);
        terminal.Console.Write(table);
    }

    private static string Where(Device device, int threads) => device.type == DeviceType.CPU ? Threads(threads) : device.ToString();

    private static string Threads(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} thread{(count == 1 ? "" : "s")}");

    private static void AddRow(Table table, string name, PathMeasurement? path)
    {
        if (path is null) table.AddRow(name, "–", "–", "–", "–");
        else table.AddRow(name, Numbers.Fixed(path.ImagesPerSecond, 1), Numbers.Fixed(path.Milliseconds, 2), Numbers.Percent(path.ShareOfSgemm), path.PeakMegabytes is { } peak ? Numbers.Bytes((long)(peak * Megabyte)) : "–");
    }

    private sealed record Measurement(string Model, int Batch, int Threads, double SgemmGflops, PathMeasurement? Fused, PathMeasurement Reference);

    private sealed record PathMeasurement(double ImagesPerSecond, double Milliseconds, double ShareOfSgemm, double? PeakMegabytes);
}
