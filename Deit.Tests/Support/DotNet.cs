using System.Diagnostics;

namespace Deit.Tests.Support;

/// <summary>Runs the <c>dotnet</c> command, as a user would from a terminal.</summary>
internal static class DotNet
{
    private const int TailLines = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // What the test host's own build would otherwise impose on the builds that tests start.
    private static readonly string[] InheritedProperties = ["TorchBackend", "ArtifactsPath"];

    /// <summary>Runs a command to its end and gives what it wrote to standard output; anything but success fails the test.</summary>
    /// <param name="folder">The folder to run in.</param>
    /// <param name="arguments">The arguments after <c>dotnet</c>.</param>
    public static string Run(string folder, params string[] arguments)
    {
        using var process = new Process { StartInfo = StartInfo(folder, arguments) };
        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(Patience);
        if (!ended) process.Kill(entireProcessTree: true);

        string command = $"dotnet {string.Join(' ', arguments)}";
        Assert.True(ended, $"'{command}' did not end within {Patience}.");
        string text = output.Result + errors.Result;
        Assert.True(process.ExitCode == 0, $"'{command}' ended with {process.ExitCode}:{Environment.NewLine}{Tail(text)}");
        return output.Result;
    }

    private static ProcessStartInfo StartInfo(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string key in start.Environment.Keys.Where(IsInherited).ToArray()) start.Environment.Remove(key);

        // Build servers would outlive the test and keep its output pipes open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    private static bool IsInherited(string key) =>
        key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || InheritedProperties.Contains(key);

    private static string Tail(string text) => string.Join(Environment.NewLine, text.Split('\n').TakeLast(TailLines));
}
