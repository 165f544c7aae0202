using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Support;

/// <summary>The devices of numeric tests: where there is no CUDA, its cases are reported as skipped.</summary>
public static class Devices
{
    private static readonly string[] Names = ["cpu", "cuda"];

    /// <summary>Their names, as theory data.</summary>
    public static TheoryData<string> All => [.. Names];

    /// <summary>Every case on every device, as theory data.</summary>
    public static TheoryData<T1, T2, T3, string> With<T1, T2, T3>(params (T1, T2, T3)[] cases)
    {
        var data = new TheoryData<T1, T2, T3, string>();
        foreach (string device in Names)
        {
            foreach ((T1 first, T2 second, T3 third) in cases) data.Add(first, second, third, device);
        }

        return data;
    }

    /// <summary>Every case on every device, as theory data.</summary>
    public static TheoryData<T1, T2, T3, T4, string> With<T1, T2, T3, T4>(params (T1, T2, T3, T4)[] cases)
    {
        var data = new TheoryData<T1, T2, T3, T4, string>();
        foreach (string device in Names)
        {
            foreach ((T1 first, T2 second, T3 third, T4 fourth) in cases) data.Add(first, second, third, fourth, device);
        }

        return data;
    }

    /// <summary>The device of that name; skips the test where it is missing. Wants <c>[SkippableTheory]</c>.</summary>
    public static Device Require(string name)
    {
        Skip.If(name == "cuda" && !cuda.is_available(), "CUDA is not available here.");
        return device(name);
    }
}
