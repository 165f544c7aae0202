namespace Deit.Operators;

/// <summary>
/// What generated inference code works in: an arena for every intermediate value, at the places that the compiler planned, and the
/// model's layers. Made once for a model and a batch size; a pass allocates next to nothing.
/// </summary>
public sealed class InferenceMemory : IDisposable
{
    private readonly PackedLayers _layers;
    private readonly TrainingMemory _memory;

    /// <summary>Makes the arena.</summary>
    /// <param name="layers">The model's layers; they stay their owner's.</param>
    /// <param name="batch">Images of a pass; at least 1.</param>
    /// <param name="elementsPerImage">Elements of the arena for each image.</param>
    public InferenceMemory(PackedLayers layers, long batch, long elementsPerImage)
    {
        ArgumentNullException.ThrowIfNull(layers);
        _layers = layers;
        _memory = new(layers.Model, batch, elementsPerImage, constantElements: 0);
    }

    /// <summary>Images of a pass.</summary>
    public long Batch => _memory.Batch;

    /// <summary>Bytes of the arena.</summary>
    public long Bytes => _memory.Arena.NumberOfElements * _memory.Arena.ElementSize;

    /// <inheritdoc cref="TrainingMemory.Matrix"/>
    public Matrix Matrix(long offset, long rows, long columns) => _memory.Matrix(offset, rows, columns);

    /// <inheritdoc cref="TrainingMemory.Parameter"/>
    public Matrix Parameter(string name, long rows, long columns, long offset = 0) => _memory.Parameter(name, rows, columns, offset);

    /// <inheritdoc cref="PackedLayers.Linear"/>
    public PackedLinear Linear(string name, long outputs, long inputs, long first = 0, Folding? folded = null) =>
        _layers.Linear(name, outputs, inputs, first, folded ?? Folding.None);

    /// <inheritdoc cref="PackedLayers.Convolution"/>
    public PackedConvolution Convolution(string name, ConvolutionGeometry geometry, Folding? folded = null) =>
        _layers.Convolution(name, geometry, folded ?? Folding.None);

    /// <inheritdoc cref="PackedLayers.BatchNorm"/>
    public PackedScale BatchNorm(string name) => _layers.BatchNorm(name);

    /// <summary>Frees the arena; the layers are their owner's.</summary>
    public void Dispose() => _memory.Dispose();
}
