using System.CommandLine;
using Deit.Inference;
using static TorchSharp.torch;

namespace Deit.Cli.Commands;

/// <summary>The option that names the device to compute on.</summary>
internal static class DeviceOption
{
    /// <summary>Makes the option.</summary>
    public static Option<string> Create() => new("--device")
    {
        Description = "Where to compute: auto (CUDA where there is any), cpu, cuda or cuda:N.",
        DefaultValueFactory = static _ => ComputeDevice.Automatic,
    };

    /// <summary>The device that it names.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static Device Find(ParseResult parsed, Option<string> option)
    {
        try
        {
            return ComputeDevice.Find(parsed.GetRequiredValue(option));
        }
        catch (DeitException exception)
        {
            throw new UsageException($"{option.Name}: {exception.Message}");
        }
    }
}
