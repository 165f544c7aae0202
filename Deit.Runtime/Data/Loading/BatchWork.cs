using System.Runtime.ExceptionServices;

namespace Deit.Data;

/// <summary>How far a batch in the making is. Its members are called under the pipeline's lock, but for <see cref="Fill"/>.</summary>
internal sealed class BatchWork<T>(IPendingBatch<T> batch) : IDisposable
{
    private readonly Lock _gate = new();
    private int _taken;
    private int _filled;
    private int _failedAt = int.MaxValue;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Whether every place is filled, or could not be.</summary>
    public bool IsDone => _filled == batch.Count;

    /// <summary>A place that nobody fills yet; null when there is none.</summary>
    public int? TakePlace() => _taken < batch.Count ? _taken++ : null;

    /// <summary>Fills a place, or remembers why it could not be filled.</summary>
    public void Fill(int place)
    {
        try
        {
            batch.Fill(place);
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                if (place < _failedAt) (_failedAt, _failure) = (place, ExceptionDispatchInfo.Capture(exception));
            }
        }
    }

    /// <summary>Counts a place that was filled; true for the last.</summary>
    public bool CountFilled() => ++_filled == batch.Count;

    /// <summary>The batch, or the failure of its first place that could not be filled.</summary>
    public T Finish()
    {
        if (_failure is null) return batch.Finish();
        batch.Dispose();
        _failure.Throw();
        throw _failure.SourceException;
    }

    /// <inheritdoc/>
    public void Dispose() => batch.Dispose();
}
