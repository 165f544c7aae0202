using System.Reflection;

namespace Deit.Tests.Support;

/// <summary>The folders that the tests were built from, as the project file recorded them.</summary>
internal static class RepositoryRoot
{
    /// <summary>The repository's folder, the one of Directory.Packages.props.</summary>
    public static string Directory { get; } = Find();

    /// <summary>The folder of NuGet's package cache.</summary>
    public static string PackageCache { get; } = Recorded("NuGetPackageRoot");

    /// <summary>A path below the repository's folder.</summary>
    public static string Combine(params string[] parts) => Path.Combine([Directory, .. parts]);

    private static string Find()
    {
        string root = Path.GetDirectoryName(Recorded("ProjectDirectory"))!;
        string marker = Path.Combine(root, "Directory.Packages.props");
        return File.Exists(marker)
            ? root
            : throw new FileNotFoundException($"The tests were built in '{root}', where the repository no longer is: build again.", marker);
    }

    private static string Recorded(string key) =>
        typeof(RepositoryRoot).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
