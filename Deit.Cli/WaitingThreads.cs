using System.Runtime.InteropServices;

namespace Deit.Cli;

/// <summary>How libtorch's threads wait for each other.</summary>
internal static partial class WaitingThreads
{
    private const string Policy = "OMP_WAIT_POLICY";

    /// <summary>
    /// Lets waiting threads sleep instead of spin, unless the environment says otherwise. Spinning is a little faster for small
    /// models on an idle machine, but on one that is not, threads spin away the time that the one they wait for needs: a small
    /// model then trains thirty times slower. To be called before libtorch is loaded: its OpenMP reads the variable then.
    /// </summary>
    public static void Sleep()
    {
        // .NET keeps a copy of the environment of its own, which native libraries do not see.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Policy) is null) _ = SetVariable(Policy, "passive", 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
