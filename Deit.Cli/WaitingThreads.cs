using System.Runtime.InteropServices;

namespace Deit.Cli;

/// <summary>How libtorch's threads wait for each other.</summary>
internal static partial class WaitingThreads
{
    // About a tenth of a millisecond: longer than the pause between two operators, much shorter than a time slice.
    private const string Spins = "10000";

    /// <summary>
    /// Lets threads that wait spin for a moment and then sleep, unless the environment says otherwise. libgomp's own default is to
    /// spin for milliseconds: on a machine that is busy with something else, threads then spin away the time that the one they
    /// wait for needs, and a small model trains thirty times slower. To be called before libtorch is loaded: its OpenMP reads the
    /// variable then.
    /// </summary>
    public static void SleepSoon()
    {
        bool isStated = Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null || Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is not null;

        // .NET keeps a copy of the environment of its own, which native libraries do not see.
        if (OperatingSystem.IsLinux() && !isStated) _ = SetVariable("GOMP_SPINCOUNT", Spins, 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
