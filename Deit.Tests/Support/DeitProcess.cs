using System.Diagnostics;

namespace Deit.Tests.Support;

/// <summary>The <c>deit</c> command as a process of its own, which can be killed.</summary>
internal sealed class DeitProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private DeitProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>What it wrote to standard error; waits until it has ended.</summary>
    public string Error => _error.Result;

    /// <summary>Starts a command; it computes on one thread, so that its numbers repeat wherever it runs.</summary>
    public static DeitProcess Start(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "deit.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        return new(Process.Start(start)!);
    }

    /// <summary>Runs a command to its end, which must be a success.</summary>
    public static void Run(params string[] arguments)
    {
        using DeitProcess process = Start(arguments);
        Assert.Equal(0, process.WaitForExit());
    }

    /// <summary>Waits for the end, and gives the exit code.</summary>
    public int WaitForExit()
    {
        _process.WaitForExit();
        _ = _output.Result;
        return _process.ExitCode;
    }

    /// <summary>Waits for the end, but not for longer.</summary>
    public bool WaitForExit(TimeSpan patience) => _process.WaitForExit(patience);

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to end, as <c>kill</c> does; on Unix.</summary>
    public void Terminate()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
