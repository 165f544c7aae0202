namespace Deit.Checkpoints;

/// <summary>The formats that weights are read from.</summary>
internal enum WeightFormatKind
{
    /// <summary>https://github.com/huggingface/safetensors.</summary>
    Safetensors,

    /// <summary>What <c>torch.save</c> writes since PyTorch 1.6.</summary>
    PyTorchZip,

    /// <summary>What it wrote before, and writes still when told not to use zip.</summary>
    PyTorchLegacy,
}

/// <summary>Tells the formats apart by the first bytes of a file.</summary>
internal static class WeightFormat
{
    private const int PrefixBytes = 9;
    private const byte PickleProtocol = 0x80;

    /// <summary>The format of a file.</summary>
    /// <exception cref="DeitException">It is none of them.</exception>
    public static WeightFormatKind Of(FileBytes file)
    {
        Span<byte> prefix = stackalloc byte[(int)Math.Min(PrefixBytes, file.Length)];
        try
        {
            file.Read(0, prefix);
        }
        catch (IOException exception)
        {
            throw new DeitException($"'{file.Path}' cannot be read: {exception.Message}", exception);
        }

        // A safetensors header begins at byte 8, and its length, the 8 bytes before, may look like anything.
        if (prefix.Length == PrefixBytes && prefix[^1] == (byte)'{') return WeightFormatKind.Safetensors;
        if (prefix.StartsWith("PK\u0003\u0004"u8)) return WeightFormatKind.PyTorchZip;
        if (prefix.Length > 1 && prefix[0] == PickleProtocol && prefix[1] is >= 2 and <= 5) return WeightFormatKind.PyTorchLegacy;

        string hint = prefix.StartsWith("version "u8) ? " It looks like a pointer that Git LFS left in the file's place." : "";
        throw new DeitException(
            $"'{file.Path}' is neither a safetensors file nor a PyTorch checkpoint: it begins with {Shown(prefix)}.{hint} "
            + "Fetch it or save it again.");
    }

    private static string Shown(ReadOnlySpan<byte> prefix) =>
        prefix.IsEmpty ? "nothing, for it is empty" : $"the bytes {Convert.ToHexStringLower(prefix)}";
}
