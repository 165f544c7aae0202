using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Deit.Data;

/// <summary>Makes batches on several threads, ahead of who consumes them; they come out in their order.</summary>
internal static class BatchPipeline
{
    /// <summary>
    /// The batches of <paramref name="source"/> in their order. Threads fill the places of a batch together and go on to the next when
    /// none is left, so that none waits at a batch's end. What filling throws is thrown here after the batches before; of several
    /// failures in one batch, that of the first place. When the consumer stops early, all that was not handed out is disposed.
    /// </summary>
    /// <param name="source">Begins batches; called by one thread at a time.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="prefetch">Batches that may wait; one more is in the making. No more are ever begun, which bounds memory.</param>
    public static IEnumerable<T> Run<T>(IEnumerable<IPendingBatch<T>> source, int workers, int prefetch)
    {
        using var line = new AssemblyLine<T>(source.GetEnumerator(), workers, prefetch + 1);
        while (line.TryTake(out T? batch)) yield return batch;
    }

    private sealed class AssemblyLine<T> : IDisposable
    {
        // Guards all that follows. A monitor, not a Lock: threads wait for changes.
        private readonly object _gate = new();
        private readonly IEnumerator<IPendingBatch<T>> _source;
        private readonly int _most;
        private readonly Queue<BatchWork<T>> _begun = [];
        private readonly Thread[] _threads;
        private BatchWork<T>? _open;
        private ExceptionDispatchInfo? _failure;
        private bool _hasEnded;
        private bool _isStopping;

        public AssemblyLine(IEnumerator<IPendingBatch<T>> source, int workers, int most)
        {
            (_source, _most) = (source, most);
            _threads = [.. Enumerable.Range(0, workers).Select(_ => new Thread(FillPlaces) { IsBackground = true, Name = "Deit data loader" })];
            foreach (Thread thread in _threads) thread.Start();
        }

        /// <summary>Waits for the next batch; false after the last.</summary>
        public bool TryTake([MaybeNullWhen(false)] out T batch)
        {
            BatchWork<T> work;
            lock (_gate)
            {
                while (!(_begun.TryPeek(out BatchWork<T>? first) ? first.IsDone : _hasEnded)) Monitor.Wait(_gate);
                if (_begun.Count == 0)
                {
                    _failure?.Throw();
                    batch = default;
                    return false;
                }

                work = _begun.Dequeue();
                Monitor.PulseAll(_gate);
            }

            batch = work.Finish();
            return true;
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isStopping = true;
                Monitor.PulseAll(_gate);
            }

            foreach (Thread thread in _threads) thread.Join();
            foreach (BatchWork<T> work in _begun) work.Dispose();
            _source.Dispose();
        }

        private void FillPlaces()
        {
            while (NextPlace() is var (work, place))
            {
                work.Fill(place);
                lock (_gate)
                {
                    if (work.CountFilled()) Monitor.PulseAll(_gate);
                }
            }
        }

        private (BatchWork<T> Work, int Place)? NextPlace()
        {
            lock (_gate)
            {
                while (!_isStopping)
                {
                    if (_open?.TakePlace() is { } place) return (_open, place);
                    if (_hasEnded) return null;
                    if (_begun.Count < _most) BeginBatch();
                    else Monitor.Wait(_gate);
                }

                return null;
            }
        }

        private void BeginBatch()
        {
            try
            {
                if (_source.MoveNext()) _begun.Enqueue(_open = new BatchWork<T>(_source.Current));
                else _hasEnded = true;
            }
            catch (Exception exception)
            {
                (_failure, _hasEnded) = (ExceptionDispatchInfo.Capture(exception), true);
            }

            Monitor.PulseAll(_gate);
        }
    }
}
