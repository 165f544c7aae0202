using System.Runtime.ExceptionServices;

namespace Deit.Data;

/// <summary>A parallel loop that fails as a plain one does: with the failure of the lowest index, itself.</summary>
internal static class OrderedParallel
{
    /// <summary>Runs <paramref name="body"/> for 0 to <paramref name="count"/> - 1 on at most <paramref name="workers"/> threads.</summary>
    public static void For(int count, int workers, Action<int> body)
    {
        var gate = new Lock();
        int failedAt = int.MaxValue;
        ExceptionDispatchInfo? failure = null;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = workers }, (index, loop) =>
        {
            try
            {
                body(index);
            }
            catch (Exception exception)
            {
                lock (gate)
                {
                    if (index < failedAt) (failedAt, failure) = (index, ExceptionDispatchInfo.Capture(exception));
                }

                // Break, not Stop: every lower index still runs, so that the lowest failure is always found.
                loop.Break();
            }
        });
        failure?.Throw();
    }
}
