using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>
/// Reads and writes safetensors files, the format of published weights (https://github.com/huggingface/safetensors):
/// 8 bytes with the header's length, a JSON header with names, types, shapes and offsets, then the elements in row-major order.
/// </summary>
/// <remarks>Element types: F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL.</remarks>
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
        IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors.Select(static pair => SafetensorsContent.Of(pair.Key, pair.Value)), metadata);

    /// <summary>Writes the tensors of another file, atomically; no more than one of them is in memory at a time.</summary>
    /// <param name="path">The file to write or replace; another one than <paramref name="weights"/>.</param>
    /// <param name="weights">An open file of any format.</param>
    /// <param name="floats">
    /// What tensors of floating-point numbers become; null leaves them. Whole numbers, such as the counters of batch norms, stay.
    /// </param>
    /// <param name="metadata">Free text to keep with them, such as <c>format: pt</c>.</param>
    /// <exception cref="DeitException">A tensor cannot be read, a number is too large for the type, or the disk refuses.</exception>
    public static void Save(
        string path, WeightFile weights, ScalarType? floats = null, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, weights.Names.Select(name => SafetensorsContent.Of(weights, name, floats)), metadata);

    /// <summary>Opens a file and checks its header; tensors are read one by one.</summary>
    /// <exception cref="DeitException">The file cannot be read or is malformed; the message names the file and the tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileBytes file = FileBytes.Open(path);
        try
        {
            return SafetensorsFile.Open(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

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

    private static void Write(string path, IEnumerable<SafetensorsContent> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var writer = new SafetensorsWriter(path, tensors, metadata);
        AtomicFile.Write(path, writer.Length, writer.WriteTo);
    }
}
