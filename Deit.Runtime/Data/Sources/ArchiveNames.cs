namespace Deit.Data;

/// <summary>The names of files in archives, which are written in several ways.</summary>
internal static class ArchiveNames
{
    /// <summary>A name with slashes and without a leading <c>./</c>.</summary>
    public static string Normalize(string name)
    {
        string slashes = name.Replace('\\', '/').TrimStart('/');
        while (slashes.StartsWith("./", StringComparison.Ordinal)) slashes = slashes[2..];
        return slashes;
    }

    /// <summary>Whether a name was left by a system and is no part of the data: <c>.DS_Store</c>, <c>__MACOSX/...</c>.</summary>
    public static bool IsHidden(string name) =>
        name.StartsWith('.') || name.Contains("/.", StringComparison.Ordinal) || name.StartsWith("__MACOSX", StringComparison.Ordinal);
}
