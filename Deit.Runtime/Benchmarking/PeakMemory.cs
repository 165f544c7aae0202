using System.Diagnostics;
using System.Globalization;

namespace Deit.Benchmarking;

/// <summary>How much memory something takes: the highest resident size of the process less that before it began.</summary>
/// <remarks>Measure each thing in a process of its own (<see cref="OwnProcess"/>): what one leaves to the allocator, the next need not ask for.</remarks>
public static class PeakMemory
{
    private const string Status = "/proc/self/status";
    private const string References = "/proc/self/clear_refs";

    // The kernel's word for: forget the highest resident size (man 5 proc).
    private const string ForgetPeak = "5";

    /// <summary>Bytes that something takes while it runs.</summary>
    /// <param name="run">What to measure.</param>
    public static long Of(Action run)
    {
        Forget();
        long before = Resident();
        run();
        return Math.Max(0, Highest() - before);
    }

    /// <summary>Bytes of the process that are in memory now.</summary>
    public static long Resident() => OperatingSystem.IsLinux() ? Read("VmRSS:") : Current(static process => process.WorkingSet64);

    private static long Highest() => OperatingSystem.IsLinux() ? Read("VmHWM:") : Current(static process => process.PeakWorkingSet64);

    /// <summary>Where the kernel does not forget, the highest size of the whole process counts, which a step's is soon.</summary>
    private static void Forget()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            File.WriteAllText(References, ForgetPeak);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Some containers have a /proc that cannot be written.
        }
    }

    private static long Read(string key)
    {
        string line = File.ReadLines(Status).First(line => line.StartsWith(key, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }

    private static long Current(Func<Process, long> size)
    {
        using Process process = Process.GetCurrentProcess();
        return size(process);
    }
}
