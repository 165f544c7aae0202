using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Deit.Tests.Support;

namespace Deit.Tests.Native;

/// <summary>TorchSharp's native library for Linux: the copy beside the tests, the package cache's, and the package's own.</summary>
internal static class TorchSharpLibrary
{
    private const string PathInPackage = "runtimes/linux-x64/native/libLibTorchSharp.so";

    /// <summary>The copy in the test's output folder.</summary>
    public static string Output { get; } = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");

    /// <summary>The unpacked file in the package cache.</summary>
    public static string Cached => Path.Combine(PackageFolder, PathInPackage);

    private static string Version { get; } = XDocument.Load(RepositoryRoot.Combine("Directory.Packages.props"))
        .Descendants("PackageVersion")
        .Single(static package => (string?)package.Attribute("Include") == "TorchSharp")
        .Attribute("Version")!.Value;

    private static string PackageFolder => Path.Combine(RepositoryRoot.PackageCache, "torchsharp", Version);

    /// <summary>Skips the test, visibly, where the library is not the one that is mended.</summary>
    public static void SkipUnlessLinuxX64() =>
        Skip.IfNot(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            $"TorchSharp's library is mended for Linux x64 only; this is {RuntimeInformation.RuntimeIdentifier}.");

    /// <summary>The bytes inside the package that the cache keeps beside its unpacked files.</summary>
    public static byte[] ReadPackaged()
    {
        using ZipArchive package = ZipFile.OpenRead(Path.Combine(PackageFolder, $"torchsharp.{Version}.nupkg"));
        using Stream entry = package.GetEntry(PathInPackage)!.Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }
}
