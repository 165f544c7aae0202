using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Deit.Pretrained;

/// <summary>The SHA-256 that a file should have, whole or its beginning, as far as somebody said it.</summary>
/// <param name="Prefix">The first hexadecimal digits, lower case.</param>
/// <param name="Source">Who said it, for messages: "its name".</param>
internal sealed partial record Checksum(string Prefix, string Source)
{
    /// <summary>
    /// The convention of torch.hub (<c>load_state_dict_from_url</c>): <c>NAME-HASH.pth</c>, where HASH is the first eight or more
    /// digits of the file's SHA-256. Null where the name has none.
    /// </summary>
    public static Checksum? OfName(string fileName) =>
        HashInName().Match(fileName) is { Success: true } match ? new(match.Groups[1].Value, "its name") : null;

    /// <summary>
    /// The convention of Hugging Face's hub: the entity tag of a large file is its SHA-256. Null for any other tag.
    /// </summary>
    public static Checksum? OfEntityTag(string? tag) =>
        tag?.Trim('"') is { } value && WholeHash().IsMatch(value) ? new(value, "the server") : null;

    /// <summary>Whether a file has it. Reads the whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="found">The SHA-256 that it has, hexadecimal, lower case.</param>
    public bool Agrees(string path, out string found)
    {
        using FileStream stream = File.OpenRead(path);
        found = Convert.ToHexStringLower(SHA256.HashData(stream));
        return found.StartsWith(Prefix, StringComparison.Ordinal);
    }

    // Eight digits that are a date are no hash.
    [GeneratedRegex(@"-(?!20\d{6}\.)([a-f0-9]{8,64})\.[A-Za-z0-9.]+$", RegexOptions.CultureInvariant)]
    private static partial Regex HashInName();

    [GeneratedRegex("^[a-f0-9]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex WholeHash();
}
