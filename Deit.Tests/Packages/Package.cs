using System.IO.Compression;
using System.Xml.Linq;

namespace Deit.Tests.Packages;

/// <summary>A NuGet package, looked into.</summary>
/// <param name="path">The .nupkg file.</param>
internal sealed class Package(string path) : IDisposable
{
    private readonly ZipArchive _archive = ZipFile.OpenRead(path);

    /// <summary>The paths of the files in it, those that NuGet itself adds left out.</summary>
    public string[] Files =>
        [.. _archive.Entries
            .Select(static entry => entry.FullName)
            .Where(static name => !name.EndsWith(".nuspec", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal)
                && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
            .Order(StringComparer.Ordinal)];

    /// <summary>The names of the packages that it depends on.</summary>
    public string[] Dependencies =>
        [.. Manifest().Descendants()
            .Where(static element => element.Name.LocalName == "dependency")
            .Select(static element => element.Attribute("id")!.Value)
            .Order(StringComparer.Ordinal)];

    /// <summary>The bytes of a file in it.</summary>
    public byte[] Read(string file)
    {
        using Stream entry = _archive.GetEntry(file)!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _archive.Dispose();

    private XDocument Manifest()
    {
        using Stream manifest = _archive.Entries.Single(static entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(manifest);
    }
}
