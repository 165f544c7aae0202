using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Deit.Benchmarks.Data;

/// <summary>What a script on Pillow says of the same photos, on one core.</summary>
/// <param name="Decode">Images a second that it decodes.</param>
/// <param name="Transform">Images a second that go through its training transform.</param>
internal sealed partial record PillowPace(double Decode, double Transform)
{
    /// <summary>Runs the script on a folder of photos that is made for it.</summary>
    /// <param name="python">The program that runs it.</param>
    /// <param name="script">It prints lines such as <c>decode only 519.0 images/s</c> and <c>training transform 180.2 images/s</c>.</param>
    /// <param name="photos">The photos.</param>
    /// <exception cref="DeitException">It cannot be run, or prints something else.</exception>
    public static PillowPace Measure(string python, string script, Photos photos)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("deit-photos-");
        try
        {
            photos.WriteTo(folder.FullName);
            return Measure(python, script, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The better of two measurements.</summary>
    public PillowPace Faster(PillowPace other) => new(Math.Max(Decode, other.Decode), Math.Max(Transform, other.Transform));

    private static PillowPace Measure(string python, string script, string folder)
    {
        using Process process = Start(new ProcessStartInfo(python, [script, folder]) { RedirectStandardOutput = true, RedirectStandardError = true });
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (Find(text, "decode only"), Find(text, "training transform")) is (double decode, double transform)
            ? new(decode, transform)
            : throw new DeitException($"'{script}' did not measure Pillow: {errors.Result.Trim().Split('\n')[^1]} Install Pillow and NumPy, or name another --python.");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new DeitException($"'{start.FileName}' cannot be started: {exception.Message}", exception);
        }
    }

    private static double? Find(string text, string what)
    {
        Match match = Pace().Matches(text).FirstOrDefault(match => match.Groups["what"].Value == what)!;
        return match is null ? null : double.Parse(match.Groups["pace"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^(?<what>\w[\w ]*\w)\s+(?<pace>[\d.]+) images/s", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Pace();
}
