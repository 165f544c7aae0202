using System.Collections.Immutable;
using Deit.Compiler.Specs;
using Deit.Reporting;
using Deit.Training;

namespace Deit.Studies;

/// <summary>What an arm achieved.</summary>
public sealed record ArmResults
{
    /// <summary>The arm's name.</summary>
    public required string Name { get; init; }

    /// <summary>The arms that it is drawn with.</summary>
    public required string Family { get; init; }

    /// <summary>What is special about it, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The model that it trains.</summary>
    public required string Model { get; init; }

    /// <summary>The model's parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>The model's multiply-accumulate operations an image.</summary>
    public required long Macs { get; init; }

    /// <summary>The arm that teaches it, or null.</summary>
    public string? Teacher { get; init; }

    /// <summary>What it learns from the teacher: none, soft, hard.</summary>
    public required string Distillation { get; init; }

    /// <summary>Whether all its runs are finished.</summary>
    public required bool IsFinished { get; init; }

    /// <summary>Accuracy; of a distilled model, of both heads together. Null where no run is finished, as are all that follow.</summary>
    public Spread? Top1 { get; init; }

    /// <summary>Accuracy of the class head alone; null of a model with one head.</summary>
    public Spread? ClassTop1 { get; init; }

    /// <summary>Accuracy of the distillation head alone; null of a model with one head.</summary>
    public Spread? DistillationTop1 { get; init; }

    /// <summary>Accuracy with the averaged weights; null where none are kept.</summary>
    public Spread? EmaTop1 { get; init; }

    /// <summary>How long a run was trained, evaluations included, in seconds; its teacher's training is none of it.</summary>
    public Spread? Seconds { get; init; }

    /// <summary>Images that were trained on a second.</summary>
    public Spread? ImagesPerSecond { get; init; }

    /// <summary>Images that the model answers a second; null where that was not measured.</summary>
    public double? InferenceImagesPerSecond { get; init; }

    /// <summary>How it differs from the arm that all are compared with; null where there is none, or nothing to compare yet.</summary>
    public ArmDifference? Difference { get; init; }

    /// <summary>Its runs that were begun, or failed, in the order of the seeds.</summary>
    public required ImmutableArray<ArmRun> Runs { get; init; }

    /// <summary>Whether a run of it failed, or was not begun because its teacher's did.</summary>
    public bool HasFailed => Runs.Any(static run => run.Failure is not null);

    internal static ArmResults Gather(StudyArm arm, StudyFolder folder, ModelDescription model, StudyThroughput? throughput, StudyFailures failures)
    {
        ImmutableArray<ArmRun> runs = [.. arm.Seeds.Select(seed => ArmRun.Find(new(arm, seed), folder, failures)).OfType<ArmRun>()];
        Spread? Over(Func<ComparedRun, double?> value) => Spread.Of(runs.Where(static run => run.Result.IsFinished).Select(run => value(run.Result)));
        return new()
        {
            Name = arm.Name,
            Family = arm.Family,
            Description = arm.Description,
            Model = model.Name,
            Parameters = model.Parameters,
            Macs = model.Macs,
            Teacher = arm.Teacher,
            Distillation = Spelling.ToSnakeCase(arm.Recipe.Distillation.Type.ToString()),
            IsFinished = runs.Length == arm.Seeds.Length && runs.All(static run => run.Result.IsFinished),
            Top1 = Over(static run => run.Top1),
            ClassTop1 = Over(static run => run.ClassTop1),
            DistillationTop1 = Over(static run => run.DistillationTop1),
            EmaTop1 = Over(static run => run.EmaTop1),
            Seconds = Over(static run => run.Seconds),
            ImagesPerSecond = Over(static run => run.ImagesPerSecond),
            InferenceImagesPerSecond = throughput?.Find(model.Name)?.ImagesPerSecond,
            Runs = runs,
        };
    }
}

/// <summary>A run of an arm.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Folder">Its folder, relative to the study's.</param>
/// <param name="Result">What it achieved so far.</param>
/// <param name="Failure">Why it failed, or was not begun, when it was last tried; null where it did not fail.</param>
public sealed record ArmRun(long Seed, string Folder, ComparedRun Result, string? Failure)
{
    /// <summary>What a run's folder says, and what is noted of it; null where it was not begun, and not for a failure.</summary>
    internal static ArmRun? Find(StudyRunKey run, StudyFolder folder, StudyFailures failures)
    {
        RunFolder own = folder.Run(run);
        string? failure = failures.Find(run);
        if (!own.IsBegun && failure is null) return null;
        ComparedRun result = own.IsBegun
            ? ComparedRun.Of(RunContent.Read(own), run.Arm.Name)
            : ComparedRun.NotBegun(run.Arm.Name, run.Arm.Recipe.Student.Model);
        return new(run.Seed, StudyFolder.RelativePath(run), result, result.IsFinished ? null : failure);
    }
}
