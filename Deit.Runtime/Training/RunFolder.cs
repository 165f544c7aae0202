using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Deit.Checkpoints;

namespace Deit.Training;

/// <summary>
/// The folder of a run: <c>recipe.yaml</c>, <c>model.yaml</c>, <c>data.json</c>, <c>classes.txt</c>, <c>metrics.jsonl</c> (a line an epoch), <c>checkpoint-last</c>,
/// <c>checkpoint-best</c>, <c>run.lock</c>, <c>summary.json</c>, <c>report.html</c>, <c>tensorboard</c>; <c>failure</c> where a step failed, and
/// <c>checkpoint-rollback</c> where one that fails is rolled back; a teacher trained for the run has a folder of the same form in it, <c>teacher</c>.
/// </summary>
public sealed class RunFolder
{
    /// <summary>Where runs are put that are not given a folder.</summary>
    public const string DefaultParent = "runs";

    /// <summary>The name of what is the teacher's, in the run's folder and in that of the event files.</summary>
    internal const string TeacherName = "teacher";

    private RunFolder(string path) => Path = path;

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    /// <summary>The file of the resolved recipe.</summary>
    public string RecipeFile => System.IO.Path.Combine(Path, "recipe.yaml");

    /// <summary>The file of the model's declaration; not there where the model was written by hand.</summary>
    public string ModelFile => System.IO.Path.Combine(Path, "model.yaml");

    /// <summary>The file of class names and preprocessing.</summary>
    public string DataFile => System.IO.Path.Combine(Path, "data.json");

    /// <summary>The file of the class names alone, one a line in the order of the logits, as timm's <c>--class-map</c> takes it.</summary>
    public string ClassesFile => System.IO.Path.Combine(Path, "classes.txt");

    /// <summary>The file of the epochs' metrics.</summary>
    public string MetricsFile => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>The file of the run's summary, written when it is finished.</summary>
    public string SummaryFile => System.IO.Path.Combine(Path, "summary.json");

    /// <summary>The page about the run, written when it is finished, and by <see cref="Reporting.RunReport"/> at any time.</summary>
    public string ReportFile => System.IO.Path.Combine(Path, "report.html");

    /// <summary>The folder of TensorBoard's event files, in <c>teacher</c> and <c>student</c>.</summary>
    public string TensorBoard => System.IO.Path.Combine(Path, "tensorboard");

    /// <summary>The checkpoint to resume from: of the last epoch, or of a step in the one that is going on.</summary>
    public string LastCheckpoint => System.IO.Path.Combine(Path, "checkpoint-last");

    /// <summary>The checkpoint of the epoch with the best accuracy, the first of equals.</summary>
    public string BestCheckpoint => System.IO.Path.Combine(Path, "checkpoint-best");

    /// <summary>The checkpoint of an epoch that is kept for good.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    public string KeptCheckpoint(int epoch) => System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"checkpoint-epoch-{epoch}"));

    /// <summary>The state at the beginning of the epoch that is going on, where a training may go back to it.</summary>
    internal string RollbackCheckpoint => System.IO.Path.Combine(Path, "checkpoint-rollback");

    /// <summary>What a step leaves that failed, see <see cref="FailureFolder"/>.</summary>
    public string Failure => System.IO.Path.Combine(Path, "failure");

    /// <summary>The folder of the run's teacher; there only where the run trains one.</summary>
    public RunFolder Teacher => new(System.IO.Path.Combine(Path, TeacherName));

    /// <summary>Makes a folder for a new run.</summary>
    /// <param name="path">The folder, which must be empty if it exists; null makes <c>runs/NAME-YYYYMMDD-HHMMSS</c>.</param>
    /// <param name="name">The recipe's name.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="DeitException">The folder is not empty or cannot be made.</exception>
    public static RunFolder Create(string? path, string name, TimeProvider time) => Create(path, name, time, mayHoldTeacher: false);

    /// <summary>Makes a folder for a new run, whose teacher may have been trained in it before.</summary>
    internal static RunFolder Create(string? path, string name, TimeProvider time, bool mayHoldTeacher)
    {
        RequireUnused(path, mayHoldTeacher);
        return new RunFolder(path ?? NewPath(name, time)).Made();
    }

    /// <summary>Opens the folder of a run that was begun.</summary>
    /// <exception cref="DeitException">There is no run.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(path);
        return File.Exists(folder.RecipeFile)
            ? folder
            : throw new DeitException($"There is no run in '{path}': its recipe.yaml is missing.");
    }

    /// <summary>Whether a folder holds a run that can be resumed, finished or not.</summary>
    internal bool IsBegun => File.Exists(RecipeFile);

    /// <summary>The folder of a run that may not have been begun.</summary>
    internal static RunFolder At(string path) => new(path);

    /// <summary>The metrics of every epoch so far; a last line that was cut off is left out.</summary>
    /// <exception cref="DeitException">The file cannot be read.</exception>
    public ImmutableArray<EpochMetrics> ReadMetrics()
    {
        if (!File.Exists(MetricsFile)) return [];
        string[] lines = File.ReadAllText(MetricsFile).Split('\n');

        // What follows the last line break was never finished.
        return [.. lines[..^1].Select(line => RunJson.Read<EpochMetrics>(line, MetricsFile))];
    }

    /// <summary>The summary of the finished run; null while it is not.</summary>
    /// <exception cref="DeitException">The file cannot be read.</exception>
    public RunSummary? ReadSummary() =>
        File.Exists(SummaryFile) ? RunJson.Read<RunSummary>(File.ReadAllText(SummaryFile), SummaryFile) : null;

    /// <summary>What the run's model sees; null of a folder that does not say.</summary>
    /// <exception cref="DeitException">The file cannot be read.</exception>
    public RunData? ReadData() => File.Exists(DataFile) ? RunJson.Read<RunData>(File.ReadAllText(DataFile), DataFile) : null;

    /// <summary>The declaration of the run's model; null of a folder that has none.</summary>
    internal string? ReadModel() => File.Exists(ModelFile) ? File.ReadAllText(ModelFile) : null;

    /// <summary>Refuses a folder for a new run that holds anything; null and folders yet to be made are accepted.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="mayHoldTeacher">Whether the run's teacher may be there, as <see cref="TeachRun"/> leaves it.</param>
    /// <exception cref="DeitException">It is not empty.</exception>
    internal static void RequireUnused(string? path, bool mayHoldTeacher = false)
    {
        if (!Directory.Exists(path)) return;
        var folder = new RunFolder(path);
        if (Directory.EnumerateFileSystemEntries(path).Any(entry => !IsOfNoRun(entry) && !(mayHoldTeacher && folder.IsOfTeacher(entry))))
        {
            throw new DeitException($"The output folder '{path}' is not empty: choose another, or resume the run that is in it.");
        }
    }

    /// <summary>What a run leaves that was killed before its recipe was there.</summary>
    private static bool IsOfNoRun(string entry)
    {
        string name = System.IO.Path.GetFileName(entry);
        return name is RunLock.FileName or RunLock.HolderFileName || (name.StartsWith("recipe.yaml.", StringComparison.Ordinal) && name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    /// <summary>What the training of a teacher leaves in a folder that has no run yet: the teacher's own folder and its event files.</summary>
    private bool IsOfTeacher(string entry)
    {
        if (entry == Teacher.Path) return Teacher.IsBegun || (Directory.Exists(entry) && Directory.EnumerateFileSystemEntries(entry).All(IsOfNoRun));
        return entry == TensorBoard && Teacher.IsBegun && Directory.Exists(entry)
            && Directory.EnumerateFileSystemEntries(entry).All(static inner => System.IO.Path.GetFileName(inner) == TeacherName);
    }

    /// <summary>This folder, in being.</summary>
    /// <exception cref="DeitException">It cannot be made.</exception>
    internal RunFolder Made()
    {
        try
        {
            Directory.CreateDirectory(Path);
            return this;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DeitException($"The output folder '{Path}' cannot be made: {exception.Message} Choose another.", exception);
        }
    }

    /// <summary>Writes the resolved recipe.</summary>
    internal void Write(Recipe recipe) => WriteText(RecipeFile, recipe.ToYaml());

    /// <summary>Writes the declaration of the run's model.</summary>
    internal void WriteModel(string yaml) => WriteText(ModelFile, yaml);

    /// <summary>Writes what the run's model sees.</summary>
    internal void Write(RunData data)
    {
        WriteText(DataFile, RunJson.Document(data) + "\n");
        WriteText(ClassesFile, string.Concat(data.Classes.Select(static name => name + "\n")));
    }

    /// <summary>Writes the summary.</summary>
    internal void Write(RunSummary summary) => WriteText(SummaryFile, RunJson.Document(summary) + "\n");

    /// <summary>Adds an epoch's line.</summary>
    internal void Append(EpochMetrics metrics)
    {
        try
        {
            using var stream = new FileStream(MetricsFile, FileMode.Append, FileAccess.Write, FileShare.Read);
            stream.Write(Encoding.UTF8.GetBytes(RunJson.Line(metrics) + "\n"));

            // Before the checkpoint that counts on it.
            stream.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"'{MetricsFile}' cannot be written: {exception.Message} Make room, then resume the run.", exception);
        }
    }

    /// <summary>Forgets the lines of epochs whose checkpoint was never written.</summary>
    /// <param name="epochs">How many lines to keep.</param>
    /// <exception cref="DeitException">There are fewer.</exception>
    internal ImmutableArray<EpochMetrics> KeepMetrics(int epochs)
    {
        ImmutableArray<EpochMetrics> metrics = ReadMetrics();
        if (metrics.Length < epochs)
        {
            throw new DeitException(
                $"'{MetricsFile}' has {metrics.Length} lines where the checkpoint has {epochs} epochs: it cannot be resumed.");
        }

        ImmutableArray<EpochMetrics> kept = metrics[..epochs];
        WriteText(MetricsFile, string.Concat(kept.Select(static line => RunJson.Line(line) + "\n")));
        return kept;
    }

    private static void WriteText(string path, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AtomicFile.Write(path, bytes.Length, stream => stream.Write(bytes));
    }

    private static string NewPath(string name, TimeProvider time)
    {
        string stamp = time.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string path = System.IO.Path.Combine(DefaultParent, $"{name}-{stamp}");
        int number = 1;
        string unused = path;
        while (Directory.Exists(unused)) unused = string.Create(CultureInfo.InvariantCulture, $"{path}-{++number}");
        return unused;
    }
}
