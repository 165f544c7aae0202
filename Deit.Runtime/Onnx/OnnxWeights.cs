using System.Collections.Immutable;
using Deit.Checkpoints;
using Deit.Compiler;
using Deit.Compiler.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Onnx;

/// <summary>A weight of an ONNX graph with the module's tensor that holds its elements.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Tensor">The module's own tensor, of any type, on any device.</param>
internal sealed record OnnxTensor(OnnxWeight Weight, Tensor Tensor)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Bytes in the file: single precision.</summary>
    public long Bytes => Tensor.numel() * sizeof(float);

    /// <summary>Writes the elements row by row. At most this one tensor is copied, and only where it is not as the file needs it.</summary>
    public void WriteTo(Stream stream)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor elements = Tensor.detach().to(ScalarType.Float32).cpu();
        if (Weight.IsTransposed) elements = elements.t();
        elements.contiguous().WriteBytesToStream(stream, (int)Math.Min(Bytes, BufferSize));
    }
}

/// <summary>Finds the tensors that an ONNX graph names.</summary>
internal static class OnnxWeights
{
    /// <summary>The weights of a graph in its order, with the tensors of a module.</summary>
    /// <exception cref="DeitException">The module is no longer the one that was declared.</exception>
    public static ImmutableArray<OnnxTensor> Find(OnnxGraph graph, nn.Module module)
    {
        IReadOnlyDictionary<string, Tensor> state = StateDict.Of(module);
        return [.. graph.Weights.Select(weight => new OnnxTensor(weight, Find(graph, weight, state)))];
    }

    private static Tensor Find(OnnxGraph graph, OnnxWeight weight, IReadOnlyDictionary<string, Tensor> state)
    {
        long[] declared = [.. weight.EntryShape];
        string found = !state.TryGetValue(weight.Entry, out Tensor? tensor) ? "is missing"
            : tensor.shape.AsSpan().SequenceEqual(declared) ? ""
            : $"is {EntryText.Shape(tensor.shape)}";
        return found.Length == 0 ? tensor! : throw new DeitException(
            $"{graph.Name} cannot be exported to ONNX: it was declared with {EntryText.Quote(weight.Entry)} of shape {EntryText.Shape(declared)}, which {found} by now. "
            + "Declare the changed model and load the weights into that.");
    }
}
