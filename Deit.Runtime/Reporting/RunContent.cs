using System.Collections.Immutable;
using Deit.Training;

namespace Deit.Reporting;

/// <summary>What a run's folder says of the run, finished or not.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Recipe">Its resolved recipe.</param>
/// <param name="Epochs">The student's epochs so far.</param>
/// <param name="TeacherEpochs">The epochs of the teacher that the run trained; empty where it trained none.</param>
/// <param name="Summary">What it achieved; null while it is not finished.</param>
internal sealed record RunContent(
    RunFolder Folder, Recipe Recipe, ImmutableArray<EpochMetrics> Epochs, ImmutableArray<EpochMetrics> TeacherEpochs, RunSummary? Summary)
{
    /// <summary>What to call the run: the name of its folder.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder.Path)));

    /// <summary>The last epoch, whose numbers are to be reported, those of the last evaluation among them; null where there is none.</summary>
    public EpochMetrics? Last => Epochs.IsEmpty ? null : Epochs[^1];

    /// <summary>The epoch with the best accuracy, the first of equals; null where there is none.</summary>
    public EpochMetrics? Best => Epochs.MaxBy(static epoch => epoch.Top1);

    /// <summary>Images that the student was trained on a second; null where there is no epoch.</summary>
    public double? ImagesPerSecond => Epochs.IsEmpty ? null : new TrainingResult(Epochs).ImagesPerSecond;

    /// <summary>How long teacher and student were trained so far.</summary>
    public double Seconds => Epochs.Concat(TeacherEpochs).Sum(static epoch => epoch.Seconds);

    /// <summary>The teacher's accuracy; null where there is no teacher, or nobody knows yet.</summary>
    public double? TeacherTop1 => Summary?.Teacher?.Top1 ?? (TeacherEpochs.IsEmpty ? null : TeacherEpochs[^1].Top1);

    /// <summary>How far the run is, in words.</summary>
    public string State => Summary is not null ? "finished"
        : Last is { } last ? FormattableString.Invariant($"unfinished: {last.Epoch} of {Recipe.Student.Training.TotalEpochs} epochs")
        : TeacherEpochs.IsEmpty ? "unfinished: no epoch yet"
        : FormattableString.Invariant($"unfinished: {TeacherEpochs.Length} of the teacher's {Recipe.Teacher?.Training.TotalEpochs} epochs");

    /// <summary>Reads a folder.</summary>
    /// <exception cref="DeitException">It is no run's folder, or damaged.</exception>
    public static RunContent Read(string path)
    {
        var folder = RunFolder.At(path);
        if (!File.Exists(folder.RecipeFile)) throw new DeitException($"'{path}' is not the folder of a run: {Missing(path)}");
        return Read(folder);
    }

    /// <summary>Reads a folder that is known to be a run's.</summary>
    /// <exception cref="DeitException">It is damaged.</exception>
    public static RunContent Read(RunFolder folder) =>
        new(folder, Recipe.Load(folder.RecipeFile), folder.ReadMetrics(), folder.Teacher.ReadMetrics(), folder.ReadSummary());

    private static string Missing(string path)
    {
        if (!Directory.Exists(path)) return "there is no such folder.";
        string[] runs = [.. Directory.GetDirectories(path).Where(static inner => File.Exists(RunFolder.At(inner).RecipeFile)).Order(StringComparer.Ordinal)];
        return runs.Length == 0 ? "it has no recipe.yaml." : $"it holds runs; name one of them, such as '{runs[^1]}'.";
    }
}
