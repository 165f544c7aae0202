using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;

namespace Deit.Pretrained;

/// <summary>The weights that were published for the models of the zoo: found, downloaded once, and kept in a cache.</summary>
public static partial class PretrainedWeights
{
    /// <summary>What stands for published weights where the path of a file could stand: <c>pretrained</c>, <c>pretrained:TAG</c>.</summary>
    public const string Keyword = "pretrained";

    private static readonly Lazy<HttpClient> Client = new(static () => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        // A transfer takes as long as it takes; what must not be long is silence.
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "deit" } },
    });

    /// <summary>Whether a text asks for published weights instead of naming a file.</summary>
    /// <param name="weights">The text, such as <c>pretrained:fb_in1k</c>.</param>
    /// <param name="tag">Which of them it asks for; null where the usual ones.</param>
    public static bool IsAskedFor(string weights, out string? tag)
    {
        string[] parts = weights.Split(':', 2);
        tag = parts.Length == 2 ? parts[1] : null;
        return parts[0] == Keyword;
    }

    /// <summary>The weights of a tag that were published for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tag">What timm calls them, such as <c>fb_in1k</c>; null for the usual ones.</param>
    /// <param name="imageSize">
    /// Height and width of the images that they are wanted for: of weights that were judged at several sizes, the entry of that size, or
    /// else the first. Null is the model's own size.
    /// </param>
    /// <exception cref="DeitException">There are none.</exception>
    public static PublishedWeights Find(ModelDescription model, string? tag = null, int? imageSize = null)
    {
        ImmutableArray<PublishedWeights> published = model.PublishedWeights;
        if (published.IsEmpty)
        {
            throw new DeitException($"No weights were published for {model.Name}: train it, or name a file of weights.");
        }

        string wanted = tag ?? published[0].Tag;
        int own = model.Input[1];
        PublishedWeights[] entries = [.. published.Where(weights => weights.Tag == wanted)];
        return Array.Find(entries, weights => (weights.ImageSize ?? own) == (imageSize ?? own))
            ?? entries.FirstOrDefault()
            ?? throw new DeitException(
                $"{model.Name} has no published weights '{wanted}'. "
                + Suggestions.Sentence(wanted, published.Select(static weights => weights.Tag).Distinct()));
    }

    /// <summary>Where the weights of a model are kept once they are downloaded, whether or not they are there.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tag">Which of its weights; null for the usual ones.</param>
    /// <param name="cache">The cache; null for <see cref="CacheFolder.Default"/>.</param>
    /// <exception cref="DeitException">There are no such weights.</exception>
    public static string PathOf(ModelDescription model, string? tag = null, string? cache = null)
    {
        PublishedWeights weights = Find(model, tag);
        string file = Path.GetFileName(weights.Address.LocalPath);
        return Path.Combine(cache ?? CacheFolder.Default, "weights", FileName(model.Name), FileName(weights.Tag), FileName(file));
    }

    /// <summary>Downloads the weights of a model, unless they are in the cache.</summary>
    /// <remarks>
    /// What was interrupted, in this run or an earlier one, goes on where it stopped, if the server still has the same version. The
    /// file is checked by its SHA-256 where its name or the server says it.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="tag">Which of its weights; null for the usual ones.</param>
    /// <param name="options">Cache, progress, patience.</param>
    /// <param name="cancellationToken">Stops the transfer; what has arrived is kept.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="DeitException">
    /// There are no such weights, the server has no such file or cannot be reached, the file is damaged, or the disk refuses.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<string> DownloadAsync(
        ModelDescription model, string? tag = null, DownloadOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        string path = PathOf(model, tag, options.Cache);
        if (File.Exists(path) && !options.Force) return path;
        Uri address = Find(model, tag).Address;
        if (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
        {
            throw new DeitException($"{address} cannot be downloaded: it is neither an https nor an http address.");
        }

        await new Transfer(Client.Value, address, path, options).RunAsync(cancellationToken).ConfigureAwait(false);
        return path;
    }

    /// <inheritdoc cref="DownloadAsync"/>
    public static string Download(
        ModelDescription model, string? tag = null, DownloadOptions? options = null, CancellationToken cancellationToken = default) =>
        DownloadAsync(model, tag, options, cancellationToken).GetAwaiter().GetResult();

    /// <summary>A name without anything that a file system could take for more than a name.</summary>
    private static string FileName(string name)
    {
        string plain = Unsafe().Replace(name, "_").TrimStart('.');
        return plain.Length > 0 ? plain : "weights";
    }

    [GeneratedRegex("[^A-Za-z0-9._-]", RegexOptions.CultureInvariant)]
    private static partial Regex Unsafe();
}
