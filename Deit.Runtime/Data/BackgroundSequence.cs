using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Deit.Data;

/// <summary>Makes the items of a sequence on a thread of their own, ahead of who consumes them.</summary>
internal static class BackgroundSequence
{
    /// <summary>
    /// The items of <paramref name="source"/> in their order. At most <paramref name="capacity"/> wait, and one more is in the
    /// making. What the source throws is thrown here after the items before it. When the consumer stops early, the source's
    /// enumerator and all items that were not handed out are disposed before its enumerator's Dispose returns.
    /// </summary>
    public static IEnumerable<T> Prefetch<T>(this IEnumerable<T> source, int capacity)
        where T : IDisposable
    {
        using var queue = new BlockingCollection<T>(capacity);
        using var stopping = new CancellationTokenSource();
        ExceptionDispatchInfo? failure = null;
        var producer = new Thread(Produce) { IsBackground = true, Name = "Deit data loader" };
        producer.Start();
        try
        {
            foreach (T item in queue.GetConsumingEnumerable()) yield return item;
            failure?.Throw();
        }
        finally
        {
            stopping.Cancel();
            producer.Join();
            while (queue.TryTake(out T? waiting)) waiting.Dispose();
        }

        void Produce()
        {
            try
            {
                foreach (T item in source)
                {
                    if (!TryAdd(item)) return;
                }
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                queue.CompleteAdding();
            }
        }

        bool TryAdd(T item)
        {
            try
            {
                queue.Add(item, stopping.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                item.Dispose();
                return false;
            }
        }
    }
}
