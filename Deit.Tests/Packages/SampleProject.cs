using System.Xml.Linq;
using Deit.Tests.Support;

namespace Deit.Tests.Packages;

/// <summary>A sample, copied out of the repository, that takes the project's packages from a feed and all others from where the machine does.</summary>
internal sealed class SampleProject : IDisposable
{
    private const string ApprovedCode = "*.verified.cs";

    private readonly TemporaryFolder _folder = new();
    private readonly string _original;
    private readonly string[] _properties;

    private SampleProject(string original, string version)
    {
        _original = original;
        _properties =
        [
            "-c", "Release",
            $"-p:DeitVersion={version}",
            // The packages under test are unpacked here, not into the machine's cache.
            $"-p:RestorePackagesPath={_folder.File("packages")}",
            // libtorch is large.
            "-p:CreateHardLinksForCopyLocalIfPossible=true",
        ];
    }

    /// <summary>Copies a folder of <c>samples</c>.</summary>
    public static SampleProject Copy(string name, PackageFeed feed)
    {
        var sample = new SampleProject(RepositoryRoot.Combine("samples", name), feed.Version);
        foreach (string file in Directory.GetFiles(sample._original, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(sample._original, file);
            if (relative.Split(Path.DirectorySeparatorChar).Any(static part => part is "bin" or "obj")) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(sample._folder.File(relative))!);
            File.Copy(file, sample._folder.File(relative));
        }

        new XDocument(new XElement(
            "configuration",
            // Everything else is read from the machine's cache where it lies, and downloaded only where it is not there.
            new XElement("fallbackPackageFolders", Add("cache", RepositoryRoot.PackageCache)),
            new XElement("packageSources", Add("deit", feed.Folder), Add("nuget.org", "https://api.nuget.org/v3/index.json")))).Save(sample._folder.File("nuget.config"));
        return sample;
    }

    /// <summary>Restores and builds a project and all that it references.</summary>
    public void Build(string project) => DotNet.Run(_folder.Path, ["build", project, .. _properties]);

    /// <summary>Runs a project that was built.</summary>
    /// <returns>What it wrote.</returns>
    public string Run(string project, params string[] arguments) =>
        DotNet.Run(_folder.Path, ["run", "--no-build", "--project", project, .. _properties, "--", .. arguments]);

    /// <summary>Runs the tests of a project that was built; where they are to approve, what they approve is taken over into the repository.</summary>
    /// <returns>What was written.</returns>
    public string Test(string project)
    {
        string output = DotNet.Run(_folder.Path, ["test", "--no-build", project, .. _properties]);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1") TakeOver(project);
        return output;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private void TakeOver(string project)
    {
        string original = Path.Combine(_original, project);
        foreach (string approved in Directory.GetFiles(original, ApprovedCode)) File.Delete(approved);
        foreach (string approved in Directory.GetFiles(_folder.File(project), ApprovedCode)) File.Copy(approved, Path.Combine(original, Path.GetFileName(approved)));
    }

    private static XElement Add(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));
}
