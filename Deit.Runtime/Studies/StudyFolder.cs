using Deit.Training;

namespace Deit.Studies;

/// <summary>
/// The folder of a study: <c>study.json</c>, all its numbers; <c>report.html</c>; <c>throughput.json</c>, how fast its models are; and
/// <c>arms/NAME/seed-N</c>, the folders of its runs, which are what <see cref="RunFolder"/> says; <c>failures.json</c> where runs failed.
/// </summary>
/// <param name="path">The folder.</param>
public sealed class StudyFolder(string path)
{
    /// <summary>The folder's path.</summary>
    public string Path { get; } = path;

    /// <summary>The file of all numbers, written anew after every run.</summary>
    public string ResultsFile => System.IO.Path.Combine(Path, "study.json");

    /// <summary>The page about the study, written anew after every run.</summary>
    public string ReportFile => System.IO.Path.Combine(Path, "report.html");

    /// <summary>The file of what was measured of the models.</summary>
    public string ThroughputFile => System.IO.Path.Combine(Path, "throughput.json");

    /// <summary>The file of what kept runs from being finished; there only where something did.</summary>
    public string FailuresFile => System.IO.Path.Combine(Path, "failures.json");

    /// <summary>The folder of a run, relative to the study's.</summary>
    public static string RelativePath(StudyRunKey run) => FormattableString.Invariant($"arms/{run.Arm.Name}/seed-{run.Seed}");

    /// <summary>The folder of a run.</summary>
    public RunFolder Run(StudyRunKey run) => RunFolder.At(System.IO.Path.Combine(Path, RelativePath(run)));

    /// <summary>The recipe of a run, its teacher's weights those of the run that teaches it.</summary>
    /// <param name="study">The study.</param>
    /// <param name="run">The run.</param>
    public Recipe Recipe(Study study, StudyRunKey run)
    {
        StudyArm? teacher = run.Arm.Teacher is { } name ? study.Find(name) : null;
        return run.Arm.RecipeOf(run.Seed, teacher is null ? null : System.IO.Path.GetFullPath(Run(new(teacher, teacher.Seeds[0])).Path));
    }

    /// <summary>What was measured of the models; null where nothing was.</summary>
    /// <exception cref="DeitException">The file is damaged.</exception>
    internal StudyThroughput? ReadThroughput() => File.Exists(ThroughputFile)
        ? RunJson.Read<StudyThroughput>(File.ReadAllText(ThroughputFile), ThroughputFile)
        : null;

    /// <summary>What kept runs from being finished.</summary>
    /// <exception cref="DeitException">The file is damaged.</exception>
    internal StudyFailures ReadFailures() => File.Exists(FailuresFile)
        ? RunJson.Read<StudyFailures>(File.ReadAllText(FailuresFile), FailuresFile)
        : StudyFailures.None;

    /// <summary>Notes why a run is not finished; null where it is tried again.</summary>
    /// <exception cref="DeitException">The disk refuses.</exception>
    internal void Note(StudyRunKey run, string? reason)
    {
        StudyFailures before = ReadFailures();
        if (before.Find(run) != reason) RunJson.Write(FailuresFile, before.With(run, reason));
    }

    /// <summary>Writes what was measured.</summary>
    internal void Write(StudyThroughput throughput) => RunJson.Write(ThroughputFile, throughput);

    /// <summary>Writes all numbers.</summary>
    internal void Write(StudyResults results) => RunJson.Write(ResultsFile, results);
}
