using Deit.Data;

namespace Deit.Tests.Data;

/// <summary>Takes batches in, and leaves no tensor.</summary>
internal static class Batches
{
    /// <summary>All values of all images.</summary>
    public static float[] Pixels(IEnumerable<Batch> batches) =>
        [.. Consume(batches, static batch => batch.Images.data<float>().ToArray()).SelectMany(static pixels => pixels)];

    /// <summary>The images' places in the dataset.</summary>
    public static int[] Indices(IEnumerable<Batch> batches) =>
        [.. Consume(batches, static batch => batch.Indices).SelectMany(static indices => indices)];

    /// <summary>The images' classes.</summary>
    public static long[] Labels(IEnumerable<Batch> batches) =>
        [.. Consume(batches, static batch => batch.Labels.data<long>().ToArray()).SelectMany(static labels => labels)];

    /// <summary>What is read of every batch.</summary>
    public static List<T> Consume<T>(IEnumerable<Batch> batches, Func<Batch, T> read)
    {
        var results = new List<T>();
        foreach (Batch batch in batches)
        {
            using (batch) results.Add(read(batch));
        }

        return results;
    }
}
