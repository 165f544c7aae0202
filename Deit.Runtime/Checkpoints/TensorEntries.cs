using System.Collections.Immutable;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>Tensors that are in memory, seen as a weight file.</summary>
/// <param name="source">What they are from, for messages: usually the path.</param>
/// <param name="tensors">The tensors, which stay the caller's.</param>
internal sealed class TensorEntries(string source, IReadOnlyDictionary<string, Tensor> tensors) : WeightFile(source)
{
    /// <inheritdoc/>
    public override string Format => "memory";

    /// <inheritdoc/>
    public override ImmutableArray<string> Names { get; } = [.. tensors.Keys];

    /// <inheritdoc/>
    public override ImmutableArray<long> ShapeOf(string name) => [.. Find(name).shape];

    /// <inheritdoc/>
    public override ScalarType TypeOf(string name) => Find(name).dtype;

    /// <summary>Does nothing: the tensors stay.</summary>
    public override void Dispose()
    {
    }

    private protected override void ReadElements(string name, Tensor target)
    {
        using IDisposable noGrad = no_grad();
        target.copy_(Find(name));
    }

    private Tensor Find(string name) => tensors.TryGetValue(name, out Tensor? tensor) ? tensor : throw NoTensor(name);
}
