using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>A tensor to be written: what the header says of it, and how to get it once its turn has come.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Read">Gives the tensor; it is called once, within a dispose scope.</param>
internal sealed record SafetensorsContent(string Name, ScalarType Type, ImmutableArray<long> Shape, Func<Tensor> Read)
{
    /// <summary>A tensor that is in memory.</summary>
    public static SafetensorsContent Of(string name, Tensor tensor) => new(name, tensor.dtype, [.. tensor.shape], () => tensor);

    /// <summary>A tensor of another file, to be read when it is written.</summary>
    /// <param name="weights">The file, which stays open until then.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="floats">What tensors of floating-point numbers become; null leaves them. Whole numbers and truths stay what they are.</param>
    public static SafetensorsContent Of(WeightFile weights, string name, ScalarType? floats)
    {
        ScalarType stored = weights.TypeOf(name);
        ScalarType written = floats is { } wanted && IsFloat(stored) ? wanted : stored;
        return new(name, written, weights.ShapeOf(name), () => ReadAs(weights, name, written));
    }

    private static Tensor ReadAs(WeightFile weights, string name, ScalarType type)
    {
        if (type == weights.TypeOf(name)) return weights.Read(name);
        using DisposeScope scope = NewDisposeScope();
        Tensor converted = weights.Allocate(name, type);
        weights.ReadInto(name, converted);

        // An infinity that was none before: a number beyond the type's range, such as the variance of a batch norm above 65504.
        if (CountInfinite(converted) is > 0 and long infinite && infinite != CountInfinite(weights.Read(name)))
        {
            throw new DeitException(
                $"'{weights.Path}': tensor {EntryText.Quote(name)} holds numbers that are too large for {type}. Choose bf16 or f32.");
        }

        return converted.MoveToOuterDisposeScope();
    }

    private static long CountInfinite(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.isinf().sum().item<long>();
    }

    private static bool IsFloat(ScalarType type) => type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;
}
