namespace Deit.Pretrained;

/// <summary>Where downloaded weights are kept, so that they are downloaded once.</summary>
public static class CacheFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "DEIT_CACHE";

    /// <summary>
    /// The folder of this user: <c>$DEIT_CACHE</c> where it is set; otherwise <c>%LOCALAPPDATA%\deit</c> on Windows,
    /// <c>$XDG_CACHE_HOME/deit</c> or <c>~/.cache/deit</c> elsewhere. It need not exist.
    /// </summary>
    public static string Default => Find(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows(),
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>The folder that an environment stands for.</summary>
    /// <param name="variable">The value of a variable, or null.</param>
    /// <param name="isWindows">Whether this is Windows.</param>
    /// <param name="home">The user's own folder.</param>
    internal static string Find(Func<string, string?> variable, bool isWindows, string home)
    {
        if (Stated(variable(Variable)) is { } stated) return Path.GetFullPath(stated);
        if (isWindows) return Path.Combine(Stated(variable("LOCALAPPDATA")) ?? Path.Combine(home, "AppData", "Local"), "deit");

        // The XDG specification says to ignore a path that is not absolute.
        string? cache = variable("XDG_CACHE_HOME");
        return Path.Combine(Path.IsPathRooted(cache) ? cache : Path.Combine(home, ".cache"), "deit");
    }

    private static string? Stated(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
