using System.Diagnostics;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Cli;

/// <summary>Runs that are killed from outside, at any moment, and resumed.</summary>
public sealed class KilledRunTests : IDisposable
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("DEIT_LONG") == "1";
    private static readonly int Kills = Long ? 20 : 3;

    private readonly TemporaryFolder _folder = new();
    private readonly string _recipe;

    public KilledRunTests()
    {
        _recipe = _folder.File("recipe.yaml");
        File.WriteAllText(_recipe, $$"""
            name: killed
            data: { dataset: digits, image_size: 32 }
            augmentation: { crop: padded, random_erasing: 0.25 }
            teacher: { model: regnety_digits, epochs: 1, batch_size: 64, drop_path: 0.1, warmup_epochs: 0 }
            student: { model: deit_digits_distilled, epochs: {{(Long ? 6 : 2)}}, batch_size: 64, drop_path: 0.1, warmup_epochs: 0, mixup: 0.8, ema_decay: 0.9 }
            distillation: { type: hard }
            checkpoints: { steps: 3 }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_was_killed_at_random_moments_ends_with_the_weights_of_one_that_was_not()
    {
        string whole = _folder.File("whole");
        var watch = Stopwatch.StartNew();
        DeitProcess.Run("train", _recipe, "--output", whole);
        TimeSpan duration = watch.Elapsed;
        var random = new Random(7);
        int round = 0;

        for (int kills = 0; kills < Kills;)
        {
            string output = _folder.File($"killed-{round}");
            using DeitProcess process = DeitProcess.Start("train", _recipe, "--output", output, "--resume");
            if (process.WaitForExit(random.NextDouble() * duration))
            {
                // It came to its end in spite of the kills: the others hit another run.
                AssertSame(whole, output);
                round++;
                continue;
            }

            process.Kill();
            kills++;
        }

        string last = _folder.File($"killed-{round}");
        DeitProcess.Run("train", _recipe, "--output", last, "--resume");
        AssertSame(whole, last);

        // It is finished: nothing is left to do, and that is no failure.
        DeitProcess.Run("train", _recipe, "--output", last, "--resume");
        AssertSame(whole, last);
    }

    [SkippableFact]
    public void A_polite_kill_finishes_the_step_and_saves()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no polite kill.");
        string whole = _folder.File("whole");
        DeitProcess.Run("train", _recipe, "--output", whole);
        string output = _folder.File("stopped");
        using DeitProcess process = DeitProcess.Start("train", _recipe, "--output", output);
        string checkpoint = RunFolder.At(output).Teacher.LastCheckpoint;
        while (!Directory.Exists(checkpoint) && !process.WaitForExit(TimeSpan.FromMilliseconds(10)))
        {
        }

        process.Terminate();

        Assert.Equal(128 + 15, process.WaitForExit());
        Assert.Equal($"deit: Stopped, and saved after the last step: continue with --resume --output {output}\n", process.Error);
        DeitProcess.Run("train", _recipe, "--output", output, "--resume");
        AssertSame(whole, output);
    }

    /// <summary>Every byte of every checkpoint: weights, average, optimizer, accuracy, checksums.</summary>
    private static void AssertSame(string expected, string actual)
    {
        string[] files = Checkpoints(expected);
        Assert.Equal(4 * 4 + 2, files.Length);
        Assert.Equal(files, Checkpoints(actual));
        foreach (string file in files)
        {
            Assert.True(File.ReadAllBytes(Path.Combine(expected, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))), $"{actual}: {file} differs");
        }
    }

    private static string[] Checkpoints(string run) =>
        [.. Directory.GetDirectories(run, "checkpoint-*", SearchOption.AllDirectories)
            .SelectMany(Directory.GetFiles)
            .Select(file => Path.GetRelativePath(run, file))
            .Order(StringComparer.Ordinal)];
}
