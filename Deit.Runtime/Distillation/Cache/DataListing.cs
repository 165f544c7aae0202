using System.Security.Cryptography;
using System.Text;
using Deit.Data;

namespace Deit.Distillation.Cache;

/// <summary>Which images a dataset has, in few letters, without reading any.</summary>
internal static class DataListing
{
    /// <summary>SHA-256, in hexadecimal, of the classes' names and of every image's name and class, in their order.</summary>
    /// <param name="images">The images.</param>
    /// <param name="path">Where they are, which is left out of their names: data may move. Null where they are nowhere.</param>
    public static string Hash(IImageDataset images, string? path)
    {
        string[] places = path is null ? [] : [.. Places(path).Distinct().OrderByDescending(static place => place.Length)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string name in images.ClassNames) Add($"{name}\n");
        for (int index = 0; index < images.Count; index++) Add(FormattableString.Invariant($"{images.Label(index)} {Name(index)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        string Name(int index)
        {
            string described = images.Describe(index);
            string? place = Array.Find(places, place => described.StartsWith(place, StringComparison.Ordinal));
            return described[(place?.Length ?? 0)..].Replace('\\', '/').TrimStart('/');
        }

        void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line));
    }

    // What is at a path may be called by it, by its folder where it is a pattern, or by its full name.
    private static IEnumerable<string> Places(string path)
    {
        string[] named = [path.TrimEnd('/', '\\'), Path.GetDirectoryName(path) ?? ""];
        return named.Where(static place => place.Length > 0).SelectMany(static place => new[] { place, Path.GetFullPath(place) });
    }
}
