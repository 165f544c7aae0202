using System.Globalization;
using Deit.Cli.Commands;
using Deit.Studies;

namespace Deit.Cli.Display;

/// <summary>Shows how a study goes on: a line a run, and below it the training.</summary>
/// <param name="terminal">Where to.</param>
internal sealed class StudyDisplay(Terminal terminal) : IStudyObserver
{
    /// <summary>Shows the trainings.</summary>
    public TrainingDisplay Training { get; } = TrainingDisplay.For(terminal);

    /// <inheritdoc/>
    public void RunStarted(StudyRunKey run, int number, int count, TimeSpan trained)
    {
        Finish();
        string teacher = run.Arm.Teacher is { } name ? $", taught by {name}" : "";
        terminal.WriteLine();
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"run {number} of {count}: {Name(run)}{teacher}; {Numbers.Time(trained)} of training so far"));
    }

    /// <inheritdoc/>
    public void RunFailed(StudyRunKey run, string reason)
    {
        Finish();
        terminal.WriteLine($"warning: {Name(run)}: {reason}");
    }

    /// <inheritdoc/>
    public void MeasurementStarted(int models)
    {
        Finish();
        terminal.WriteLine();
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"measuring the throughput of {models} model{(models == 1 ? "" : "s")}"));
    }

    /// <summary>Leaves the terminal as a plain line is to be written next.</summary>
    public void Finish() => Training.Finish();

    private static string Name(StudyRunKey run) =>
        run.Arm.Seeds.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $"{run.Arm.Name}, seed {run.Seed}") : run.Arm.Name;
}
