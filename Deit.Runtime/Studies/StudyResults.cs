using System.Collections.Immutable;

namespace Deit.Studies;

/// <summary>
/// All numbers of a study, finished or not: <c>study.json</c>. Accuracies are fractions from 0 to 1, of the last epoch; means and
/// spreads are over the finished runs of an arm. Of a run that failed it says why.
/// </summary>
public sealed record StudyResults
{
    /// <summary>The study's name.</summary>
    public required string Study { get; init; }

    /// <summary>What it is to show, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The arm that all others are compared with, or null.</summary>
    public string? Reference { get; init; }

    /// <summary>Whether every run of every arm is finished.</summary>
    public required bool IsFinished { get; init; }

    /// <summary>How long all runs were trained in the epochs that they finished, evaluations included, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The arms, in the order of the file.</summary>
    public required ImmutableArray<ArmResults> Arms { get; init; }

    /// <summary>How fast their models answer; null where it was not measured.</summary>
    public StudyThroughput? Throughput { get; init; }

    /// <summary>Gathers what the runs' folders say.</summary>
    /// <param name="study">The study.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="models">The models that its arms name.</param>
    /// <exception cref="DeitException">A folder is damaged, or there is no such model.</exception>
    public static StudyResults Gather(Study study, StudyFolder folder, ModelRegistry models)
    {
        StudyThroughput? throughput = folder.ReadThroughput();
        StudyFailures failures = folder.ReadFailures();
        ImmutableArray<ArmResults> arms =
            [.. study.Arms.Select(arm => ArmResults.Gather(arm, folder, models.Find(arm.Recipe.Student.Model).Description, throughput, failures))];
        if (study.Reference is { } name)
        {
            ArmResults reference = arms.First(arm => arm.Name == name);
            arms = [.. arms.Select(arm => arm == reference ? arm : arm with { Difference = ArmDifference.Between(arm, reference) })];
        }

        return new()
        {
            Study = study.Name,
            Description = study.Description,
            Reference = study.Reference,
            IsFinished = arms.All(static arm => arm.IsFinished),
            Seconds = arms.SelectMany(static arm => arm.Runs).Sum(static run => run.Result.Seconds),
            Arms = arms,
            Throughput = throughput,
        };
    }
}
