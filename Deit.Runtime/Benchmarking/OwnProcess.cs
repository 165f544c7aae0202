using System.Diagnostics;
using System.Reflection;

namespace Deit.Benchmarking;

/// <summary>Runs an application once more, in a process of its own: for what a process can measure only once.</summary>
public static class OwnProcess
{
    private const string Host = "dotnet";

    /// <summary>Runs the application to its end.</summary>
    /// <param name="application">The application's assembly, with its runtime configuration beside it.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="DeitException">It failed; the message is what it said.</exception>
    public static string Run(Assembly application, params IEnumerable<string> arguments)
    {
        using var process = new Process { StartInfo = StartInfo(application, arguments) };
        process.Start();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new DeitException($"A process of its own failed: {errors.Result.TrimEnd().ReplaceLineEndings(" ")}");
    }

    private static ProcessStartInfo StartInfo(Assembly application, IEnumerable<string> arguments)
    {
        string present = Environment.ProcessPath ?? Host;
        string name = Path.GetFileNameWithoutExtension(present);
        ProcessStartInfo start = name == application.GetName().Name
            ? new(present, arguments)
            : new(name == Host ? present : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Host, ["exec", application.Location, .. arguments]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }
}
