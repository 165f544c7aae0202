using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>The devices of numeric tests: where there is no CUDA, its cases are reported as skipped.</summary>
public static class Devices
{
    /// <summary>Their names, as theory data.</summary>
    public static TheoryData<string> All => new() { "cpu", "cuda" };

    /// <summary>The device of that name; skips the test where it is missing. Wants <c>[SkippableTheory]</c>.</summary>
    public static Device Require(string name)
    {
        Skip.If(name == "cuda" && !cuda.is_available(), "CUDA is not available here.");
        return device(name);
    }
}
