using Deit.Tests.Support;

namespace Deit.Tests.Packages;

/// <summary>The packages of this repository, packed once into a feed that the tests of one class share.</summary>
public sealed class PackageFeed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Packs the solution as it is.</summary>
    public PackageFeed() => DotNet.Run(
        RepositoryRoot.Directory,
        "pack",
        "Deit.sln",
        "-c",
        "Release",
        $"-p:Version={Version}",
        $"-p:PackageOutputPath={Folder}",
        $"-p:ArtifactsPath={_folder.File("artifacts")}");

    /// <summary>The packages' version, which no feed has.</summary>
    public string Version { get; } = $"0.1.0-test.{Environment.ProcessId}";

    /// <summary>The folder of the packages.</summary>
    public string Folder => _folder.File("feed");

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>The names of the packages.</summary>
    internal string[] PackageNames() =>
        [.. Directory.GetFiles(Folder)
            .Select(path => Path.GetFileName(path).Replace($".{Version}.nupkg", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>Opens a package.</summary>
    internal Package Open(string name) => new(Path.Combine(Folder, $"{name}.{Version}.nupkg"));
}
