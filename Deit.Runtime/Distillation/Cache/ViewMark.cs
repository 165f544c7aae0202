using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Deit.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>
/// By what a batch is recognised when it comes again: which images it shows, and the mean of what is seen of them. It finds what a key cannot know,
/// such as images that were replaced under the same name.
/// </summary>
/// <param name="Images">CRC-32C of the images' places in the dataset.</param>
/// <param name="Mean">The mean of all normalised, mixed pixels.</param>
internal readonly record struct ViewMark(uint Images, float Mean)
{
    /// <summary>Bytes of a mark in a file.</summary>
    public const int Length = sizeof(uint) + sizeof(float);

    // Other processors and devices round differently, another crop or another partner moves a mean much farther.
    private const float Tolerance = 1e-4f;

    /// <summary>The mark of a batch.</summary>
    /// <param name="images">What is seen, shape (batch, channels, height, width).</param>
    /// <param name="places">The images, by their places in the dataset.</param>
    public static ViewMark Of(Tensor images, IReadOnlyList<int> places)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] numbers = [.. places];
        return new(Crc32C.Of(MemoryMarshal.AsBytes(numbers.AsSpan())), images.mean().item<float>());
    }

    /// <summary>Reads a mark.</summary>
    public static ViewMark Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadSingleLittleEndian(source[sizeof(uint)..]));

    /// <summary>Writes the mark.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Images);
        BinaryPrimitives.WriteSingleLittleEndian(destination[sizeof(uint)..], Mean);
    }

    /// <summary>Whether both are of the same views.</summary>
    public bool IsOf(ViewMark other) => Images == other.Images && Math.Abs(Mean - other.Mean) <= Tolerance * (1 + Math.Abs(Mean));
}
