using System.Globalization;
using Deit.Checkpoints;
using Deit.Training;

namespace Deit.Reporting.TensorBoard;

/// <summary>
/// Writes a training's epochs as a TensorBoard event file; the epoch is the step. A training that is resumed writes the file anew from
/// the epochs that it keeps, so that no step is there twice.
/// </summary>
/// <remarks>The file is no more than a picture of the metrics: where it cannot be written, this is said once and the training goes on.</remarks>
/// <param name="folder">The folder of the file; null writes none.</param>
/// <param name="time">The clock.</param>
/// <param name="observer">Who is told of a failure.</param>
internal sealed class TensorBoardLog(string? folder, TimeProvider time, ITrainingObserver? observer)
{
    /// <summary>What TensorBoard knows event files by.</summary>
    public const string FilePrefix = "events.out.tfevents.";

    private string? _file;

    private double Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Begins a file that holds the epochs so far, in place of what is there.</summary>
    public void Begin(IReadOnlyList<EpochMetrics> epochs)
    {
        if (folder is null) return;
        try
        {
            Directory.CreateDirectory(folder);
            string[] earlier = Directory.GetFiles(folder, FilePrefix + "*");

            // Of another name than the earlier one, which a TensorBoard that is looking at it reads to its end first.
            string file = Path.Combine(folder, NewName(earlier));
            byte[] content = [.. Records(epochs).SelectMany(static record => record)];
            AtomicFile.Write(file, content.Length, stream => stream.Write(content));
            foreach (string old in earlier) File.Delete(old);
            _file = file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or DeitException)
        {
            GiveUp(exception);
        }
    }

    /// <summary>Adds an epoch.</summary>
    public void Add(EpochMetrics epoch)
    {
        if (_file is null) return;
        try
        {
            using var stream = new FileStream(_file, FileMode.Append, FileAccess.Write, FileShare.Read);
            stream.Write(EventRecord.OfScalars(Now, epoch.Epoch, EpochScalars.Of(epoch)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            GiveUp(exception);
        }
    }

    /// <summary>The records of the epochs so far, as if the training had run up to now without a pause.</summary>
    private IEnumerable<byte[]> Records(IReadOnlyList<EpochMetrics> epochs)
    {
        double seconds = Now - epochs.Sum(static epoch => epoch.Seconds);
        yield return EventRecord.OfVersion(seconds);
        yield return EventRecord.OfStart(seconds);
        foreach (EpochMetrics epoch in epochs)
        {
            seconds += epoch.Seconds;
            yield return EventRecord.OfScalars(seconds, epoch.Epoch, EpochScalars.Of(epoch));
        }
    }

    // TensorBoard reads the files of a folder in the order of their names.
    private string NewName(string[] earlier)
    {
        string stamp = time.GetUtcNow().ToUnixTimeSeconds().ToString("D10", CultureInfo.InvariantCulture);
        int number = 0;
        string name;
        do name = string.Create(CultureInfo.InvariantCulture, $"{FilePrefix}{stamp}.deit.{number++:D3}");
        while (earlier.Any(path => Path.GetFileName(path) == name));
        return name;
    }

    private void GiveUp(Exception exception)
    {
        _file = null;
        observer?.ReportFailed($"TensorBoard's file in '{folder}' is not written any more: {exception.Message}");
    }
}
