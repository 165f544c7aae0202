namespace Deit.Operators;

/// <summary>
/// What generated inference code works in: an arena for every intermediate value, and the model's layers. Made once for a model and a
/// batch size; a pass allocates next to nothing.
/// </summary>
/// <param name="layers">The model's layers; they stay their owner's.</param>
/// <param name="batch">Images of a pass; at least 1.</param>
/// <param name="elementsPerImage">Elements of the arena for each image.</param>
public sealed class InferenceMemory(PackedLayers layers, long batch, long elementsPerImage)
    : ModelMemory((layers ?? throw new ArgumentNullException(nameof(layers))).Model, batch, elementsPerImage, constantElements: 0)
{
    private readonly PackedLayers _layers = layers;

    /// <inheritdoc cref="PackedLayers.Linear"/>
    public PackedLinear Linear(string name, long outputs, long inputs, long first = 0, Folding? folded = null) =>
        _layers.Linear(name, outputs, inputs, first, folded ?? Folding.None);

    /// <inheritdoc cref="PackedLayers.Convolution"/>
    public PackedConvolution Convolution(string name, ConvolutionGeometry geometry, Folding? folded = null) =>
        _layers.Convolution(name, geometry, folded ?? Folding.None);

    /// <inheritdoc cref="PackedLayers.BatchNorm"/>
    public PackedScale BatchNorm(string name) => _layers.BatchNorm(name);
}
