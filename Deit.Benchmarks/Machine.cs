using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>What numbers were measured on.</summary>
/// <param name="Processors">Logical processors that the process may use.</param>
/// <param name="Threads">Threads of libtorch, as it chose them.</param>
/// <param name="Libtorch">Version of libtorch.</param>
/// <param name="DotNet">Version of .NET.</param>
/// <param name="System">Operating system and architecture.</param>
internal sealed record Machine(int Processors, int Threads, string Libtorch, string DotNet, string System)
{
    /// <summary>This machine.</summary>
    public static Machine Current { get; } = new(
        Environment.ProcessorCount,
        get_num_threads(),
        __version__,
        Environment.Version.ToString(),
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}");

    /// <inheritdoc/>
    public override string ToString() => $"{Threads} threads on {Processors} processors, libtorch {Libtorch}, .NET {DotNet}, {System}";
}
