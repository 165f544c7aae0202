using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>The device that somebody asked for by name.</summary>
public static class ComputeDevice
{
    /// <summary>The first CUDA device where there is one, and the CPU elsewhere.</summary>
    public const string Automatic = "auto";

    private const string OnCpu = "cpu";
    private const string OnCuda = "cuda";

    /// <summary>Finds a device of this machine.</summary>
    /// <param name="name"><c>auto</c>, <c>cpu</c>, <c>cuda</c> (the first one) or <c>cuda:N</c>.</param>
    /// <exception cref="DeitException">It is none of them, or this machine has no such device.</exception>
    public static Device Find(string name)
    {
        (DeviceType type, int index) = Find(name, cuda.is_available() ? cuda.device_count() : 0);
        return type == DeviceType.CPU ? CPU : device(type, index);
    }

    /// <summary>Finds a device of a machine that has so many CUDA devices.</summary>
    /// <exception cref="DeitException">It is none of them, or the machine has no such device.</exception>
    internal static (DeviceType Type, int Index) Find(string name, int cudaDevices)
    {
        if (name == OnCpu || (name == Automatic && cudaDevices == 0)) return (DeviceType.CPU, -1);
        if (name == Automatic) return (DeviceType.CUDA, 0);
        string[] parts = name.Split(':');
        int index = 0;
        bool isCuda = parts[0] == OnCuda
            && (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)));
        if (!isCuda) throw new DeitException($"'{name}' is no device: take auto, cpu, cuda or cuda:0.");
        if (cudaDevices == 0)
        {
            throw new DeitException($"There is no CUDA device here for '{name}': take cpu or auto, or install a CUDA build of libtorch ('deit info' shows what is found).");
        }

        return index < cudaDevices
            ? (DeviceType.CUDA, index)
            : throw new DeitException($"There is no device '{name}': the last one is {FormattableString.Invariant($"cuda:{cudaDevices - 1}")}.");
    }
}
