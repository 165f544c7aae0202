using System.Collections.Immutable;

namespace Deit.Studies;

/// <summary>
/// Why runs of a study are not finished though they were to be: <c>failures.json</c>. What fails once fails again, so that the other runs
/// go on without it; a run is forgotten here when it is tried again.
/// </summary>
/// <param name="Runs">The runs that failed, and those that were not begun because their teacher is not trained.</param>
internal sealed record StudyFailures(ImmutableArray<RunFailure> Runs)
{
    /// <summary>Nothing failed.</summary>
    public static StudyFailures None { get; } = new([]);

    /// <summary>Why a run is not finished; null where it did not fail.</summary>
    public string? Find(StudyRunKey run) => Runs.FirstOrDefault(failure => IsOf(failure, run))?.Reason;

    /// <summary>These, but of a run another reason, or none.</summary>
    public StudyFailures With(StudyRunKey run, string? reason)
    {
        ImmutableArray<RunFailure> others = Runs.RemoveAll(failure => IsOf(failure, run));
        return new(reason is null ? others : others.Add(new(run.Arm.Name, run.Seed, reason)));
    }

    private static bool IsOf(RunFailure failure, StudyRunKey run) => failure.Arm == run.Arm.Name && failure.Seed == run.Seed;
}

/// <summary>Why a run is not finished.</summary>
/// <param name="Arm">Its arm.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record RunFailure(string Arm, long Seed, string Reason);
