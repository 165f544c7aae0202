namespace Deit.Reporting;

/// <summary>A class that was taken for another.</summary>
/// <param name="Actual">What the images are.</param>
/// <param name="Predicted">What they were taken for.</param>
/// <param name="Count">How many images.</param>
internal readonly record struct Confusion(int Actual, int Predicted, long Count);

/// <summary>How often each class was taken for each; only what occurs takes memory.</summary>
/// <param name="classes">Number of classes.</param>
internal sealed class ConfusionMatrix(int classes)
{
    private readonly Dictionary<(int Actual, int Predicted), long> _counts = [];
    private readonly long[] _images = new long[classes];

    /// <summary>Number of classes.</summary>
    public int Classes => classes;

    /// <summary>How many images of a class were taken for a class.</summary>
    public long this[int actual, int predicted] => _counts.GetValueOrDefault((actual, predicted));

    /// <summary>Images of a class.</summary>
    public long Images(int actual) => _images[actual];

    /// <summary>Counts an image.</summary>
    public void Add(int actual, int predicted)
    {
        _counts[(actual, predicted)] = this[actual, predicted] + 1;
        _images[actual]++;
    }

    /// <summary>The share of a class's images that were taken for a class, from 0 to 1; 0 where there are none.</summary>
    public double Share(int actual, int predicted) => _images[actual] == 0 ? 0 : (double)this[actual, predicted] / _images[actual];

    /// <summary>The mistakes that were made most often, the most frequent first.</summary>
    public IEnumerable<Confusion> Mistakes() => _counts
        .Where(static entry => entry.Key.Actual != entry.Key.Predicted)
        .Select(static entry => new Confusion(entry.Key.Actual, entry.Key.Predicted, entry.Value))
        .OrderByDescending(static mistake => mistake.Count).ThenBy(static mistake => mistake.Actual).ThenBy(static mistake => mistake.Predicted);
}
