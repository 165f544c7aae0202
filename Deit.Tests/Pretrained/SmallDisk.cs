using System.Diagnostics;
using System.Globalization;

namespace Deit.Tests.Pretrained;

/// <summary>A file system of a few kilobytes, which is soon full. Wants <c>[SkippableFact]</c>: not everybody may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    /// <summary>Mounts it over a folder; skips the test where that is not allowed.</summary>
    public static SmallDisk Require(string folder, int bytes)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux mounts a small file system in memory.");
        string size = bytes.ToString(CultureInfo.InvariantCulture);
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", $"size={size}", "none", folder), "A file system cannot be mounted here.");
        return new(folder);
    }

    public void Dispose() => Run("umount", Path);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program.
            return false;
        }
    }
}
