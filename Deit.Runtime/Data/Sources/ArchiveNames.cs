namespace Deit.Data;

/// <summary>The names of files in archives, which are written in several ways.</summary>
internal static class ArchiveNames
{
    // Where a Mac keeps what its file system knows of files.
    private const string Resources = "__MACOSX/";

    /// <summary>A name with slashes and without a leading <c>./</c>.</summary>
    public static string Normalize(string name)
    {
        string slashes = name.Replace('\\', '/').TrimStart('/');
        while (slashes.StartsWith("./", StringComparison.Ordinal)) slashes = slashes[2..];
        return slashes;
    }

    /// <summary>The name that a link leads to, which is relative to the link's own folder.</summary>
    /// <param name="name">The link.</param>
    /// <param name="target">What it holds, such as <c>../a/1.jpg</c>.</param>
    public static string Resolve(string name, string target)
    {
        string[] folder = target.StartsWith('/') ? [] : name.Split('/')[..^1];
        var steps = new List<string>();
        foreach (string step in folder.Concat(target.Split('/')))
        {
            if (step == ".." && steps.Count > 0) steps.RemoveAt(steps.Count - 1);
            else if (step is not ("" or "." or "..")) steps.Add(step);
        }

        return string.Join('/', steps);
    }

    /// <summary>Whether a name was left by a system and is no part of the data: <c>.DS_Store</c>, <c>__MACOSX/...</c>, wherever it lies.</summary>
    public static bool IsHidden(string name) =>
        name.StartsWith('.') || name.Contains("/.", StringComparison.Ordinal)
        || name.StartsWith(Resources, StringComparison.Ordinal) || name.Contains("/" + Resources, StringComparison.Ordinal);
}
