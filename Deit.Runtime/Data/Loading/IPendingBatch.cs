namespace Deit.Data;

/// <summary>A batch in the making, whose places are filled by several threads.</summary>
/// <typeparam name="T">What it becomes.</typeparam>
internal interface IPendingBatch<out T> : IDisposable
{
    /// <summary>Number of places.</summary>
    int Count { get; }

    /// <summary>Fills a place; called once for each, by any thread.</summary>
    void Fill(int place);

    /// <summary>The batch, once all places are filled; called by who consumes it, in place of Dispose.</summary>
    T Finish();
}
