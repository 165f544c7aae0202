using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>
/// Reads and writes safetensors files, the format of published weights (https://github.com/huggingface/safetensors):
/// 8 bytes with the header's length, a JSON header with names, types, shapes and offsets, then the elements in row-major order.
/// </summary>
/// <remarks>Element types: F64, F32, F16, BF16, I64, I32, U8 and BOOL.</remarks>
public static class Safetensors
{
    /// <summary>Writes tensors, atomically: whatever fails, a file that was there before stays as it was.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="tensors">Names and tensors, on any device; placed in the file as the format's own writer does.</param>
    /// <param name="metadata">Free text to keep with them, such as <c>format: pt</c>.</param>
    /// <exception cref="DeitException">A name occurs twice, a tensor cannot be stored, or the disk refuses.</exception>
    public static void Save(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var writer = new SafetensorsWriter(path, tensors, metadata);
        AtomicFile.Write(path, writer.Length, writer.WriteTo);
    }

    /// <summary>Opens a file and checks its header; tensors are read one by one.</summary>
    /// <exception cref="DeitException">The file cannot be read or is malformed; the message names the file and the tensor.</exception>
    public static SafetensorsFile Open(string path) => SafetensorsFile.Open(path);

    /// <summary>Reads all tensors onto the CPU; the caller, or the current dispose scope, owns them.</summary>
    /// <exception cref="DeitException">The file cannot be read or is malformed; the message names the file and the tensor.</exception>
    public static Dictionary<string, Tensor> Load(string path)
    {
        using SafetensorsFile file = Open(path);
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string name in file.Names) tensors.Add(name, file.Read(name));
        foreach (Tensor tensor in tensors.Values) tensor.MoveToOuterDisposeScope();
        return tensors;
    }
}
