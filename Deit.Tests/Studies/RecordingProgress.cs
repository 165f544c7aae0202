using Deit.Studies;

namespace Deit.Tests.Studies;

/// <summary>Keeps all that it is told of a study.</summary>
internal sealed class RecordingProgress : IStudyObserver
{
    public List<string> Runs { get; } = [];

    public List<(string Run, string Reason)> Failed { get; } = [];

    public int Measured { get; private set; }

    public static string Name(StudyRunKey run) => FormattableString.Invariant($"{run.Arm.Name} {run.Seed}");

    public void RunStarted(StudyRunKey run, int number, int count, TimeSpan trained) => Runs.Add(Name(run));

    public void RunFailed(StudyRunKey run, string reason) => Failed.Add((Name(run), reason));

    public void MeasurementStarted(int models) => Measured = models;
}
