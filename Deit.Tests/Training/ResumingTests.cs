using System.Globalization;
using Deit.Checkpoints;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>When a run is saved, who may write it, and from what it is resumed.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class ResumingTests : IDisposable
{
    private static readonly string[] Alone = ["distillation.type=none", "student.drop_path=0.5", "student.grad_accum_steps=2"];

    private readonly TemporaryFolder _temporary = new();

    private string Output => _temporary.File("out");

    private RunFolder Folder => RunFolder.At(Output);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("checkpoints.steps=2", 4)]
    [InlineData("checkpoints.steps=1", 4)]
    [InlineData("checkpoints.minutes=50", 4)]
    [InlineData("checkpoints.minutes=0", null)]
    public void Between_two_epochs_it_is_saved_by_steps_and_by_time(string when, int? batches)
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, [.. Alone, when]);
        Run(recipe, new() { Output = _temporary.File("whole") });
        var observer = new RecordingObserver
        {
            AfterStep = static step =>
            {
                if ((step.Epoch, step.Step) == (2, 3)) throw new InvalidOperationException("The power is cut.");
            },
        };

        Assert.Throws<InvalidOperationException>(() => Run(recipe, new() { Output = Output, Observer = observer, Time = new HastyClock() }));
        CheckpointState saved = CheckpointFolder.Find(Folder.LastCheckpoint)!;
        Assert.Equal((1, batches), (saved.Epoch, saved.Within?.Batches));
        Run(recipe, new() { Output = Output, Resume = true });

        AssertSameWeights();
    }

    [Fact]
    public void Every_so_many_epochs_a_checkpoint_is_kept()
    {
        Run(TinyRecipe.Load(_temporary.Path, [.. Alone, "checkpoints.keep_every=2"]));

        Assert.Equal(
            ["checkpoint-best", "checkpoint-epoch-2", "checkpoint-last"],
            Directory.GetDirectories(Output, "checkpoint*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(2, CheckpointFolder.Find(Folder.KeptCheckpoint(2))!.Epoch);
    }

    [Theory]
    [InlineData]
    [InlineData("run.lock", "run.pid")]
    [InlineData("run.lock", "recipe.yaml.0.tmp")]
    public void Where_nothing_was_begun_resuming_begins(params string[] leftovers)
    {
        if (leftovers.Length > 0) Directory.CreateDirectory(Output);
        foreach (string name in leftovers) File.WriteAllText(Path.Combine(Output, name), "");

        Run(TinyRecipe.Load(_temporary.Path, [.. Alone, "student.epochs=1"]), new() { Output = Output, Resume = true });

        Assert.Single(Folder.ReadMetrics());
    }

    [Fact]
    public void Where_there_is_a_recipe_alone_resuming_begins()
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, [.. Alone, "student.epochs=1"]);
        RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output }).Dispose();
        File.WriteAllText(Folder.MetricsFile, "{\"epo");
        Directory.CreateDirectory(Folder.LastCheckpoint + ".new");

        Run(recipe, new() { Output = Output, Resume = true });

        Assert.Single(Folder.ReadMetrics());
    }

    [Fact]
    public void What_is_not_of_a_run_is_neither_resumed_nor_overwritten()
    {
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "thesis.txt"), "mine");

        var error = Assert.Throws<DeitException>(() => Run(TinyRecipe.Load(_temporary.Path, Alone), new() { Output = Output, Resume = true }));

        Assert.Contains("is not empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_writer_is_refused_and_told_who_the_first_is()
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, [.. Alone, "student.epochs=1"]);
        using RecipeRun first = RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output });

        var error = Assert.Throws<DeitException>(() => Run(recipe, new() { Output = Output, Resume = true }));

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"is being written by process {Environment.ProcessId}:"), error.Message, StringComparison.Ordinal);
        first.Dispose();
        Run(recipe, new() { Output = Output, Resume = true });
    }

    private RunSummary Run(Recipe recipe, RunOptions? options = null) =>
        RecipeRun.Start(recipe, TinyModels.Registry, options ?? new() { Output = Output }).Execute();

    private void AssertSameWeights()
    {
        using DisposeScope scope = NewDisposeScope();
        CheckpointContent expected = CheckpointFolder.Load(RunFolder.At(_temporary.File("whole")).LastCheckpoint);
        CheckpointContent actual = CheckpointFolder.Load(Folder.LastCheckpoint);
        foreach ((string name, Tensor tensor) in expected.Model) TensorAssert.Identical(tensor, actual.Model[name], name);
        foreach ((string name, Tensor tensor) in expected.Optimizer) TensorAssert.Identical(tensor, actual.Optimizer[name], name);
    }

    /// <summary>A clock by which an hour passes whenever one looks at it.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _hours;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 3600 * _hours++;
    }
}
