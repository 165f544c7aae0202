using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>An image that cannot be read.</summary>
/// <param name="Source">Where it is: a path, or an archive and the name in it.</param>
/// <param name="Reason">What is wrong with it, with its path.</param>
public sealed record BadImage(string Source, string Reason);

/// <summary>Counts the images that cannot be read, each once however often it is met. Loaders and threads may share one.</summary>
/// <param name="limit">How many are put up with: each is replaced by the image after it.</param>
public sealed class BadImages(int limit)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);
    private readonly List<BadImage> _found = [];
    private int _told;

    /// <summary>The images found so far, in the order in which they were met.</summary>
    public ImmutableArray<BadImage> Found
    {
        get
        {
            lock (_gate) return [.. _found];
        }
    }

    /// <summary>The images found since this was last asked, by path.</summary>
    internal ImmutableArray<BadImage> TakeNew()
    {
        lock (_gate)
        {
            ImmutableArray<BadImage> found = [.. _found.Skip(_told).OrderBy(static image => image.Source, StringComparer.Ordinal)];
            _told = _found.Count;
            return found;
        }
    }

    /// <summary>Counts an image.</summary>
    /// <exception cref="DeitException">It is one too many.</exception>
    internal void Add(IImageDataset dataset, int index, DeitException exception)
    {
        string source = dataset.Describe(index);
        lock (_gate)
        {
            if (!_sources.Add(source)) return;
            _found.Add(new BadImage(source, exception.Message));
            if (_found.Count > limit)
            {
                throw limit == 0
                    ? exception
                    : new DeitException(
                        $"{_found.Count} images cannot be read, and data.max_bad_images puts up with {limit}; the last: {exception.Message}", exception);
            }
        }
    }
}
