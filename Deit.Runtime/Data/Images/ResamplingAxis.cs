namespace Deit.Data;

/// <summary>What a resize does along one axis.</summary>
/// <param name="InputSize">Pixels of the source.</param>
/// <param name="OutputSize">Pixels that they become.</param>
/// <param name="WindowStart">The first of these that is wanted.</param>
/// <param name="WindowSize">How many of them are wanted.</param>
internal readonly record struct ResamplingAxis(int InputSize, int OutputSize, int WindowStart, int WindowSize)
{
    /// <summary>Whether every output pixel is a pixel of the source, so that nothing is to be computed.</summary>
    public bool IsCopy => InputSize == OutputSize;

    /// <summary>Source pixels to an output pixel.</summary>
    public double Scale => (double)InputSize / OutputSize;

    /// <summary>An axis that is wanted whole.</summary>
    public static ResamplingAxis Whole(int inputSize, int outputSize) => new(inputSize, outputSize, 0, outputSize);
}
