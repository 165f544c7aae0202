using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Deit.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>
/// By what a batch is recognised when it comes again: which images it shows, and how bright they are as they are seen. It finds what a key cannot
/// know, such as images that were replaced under the same name.
/// </summary>
/// <param name="Images">CRC-32C of the images' places in the dataset.</param>
/// <param name="Brightness">
/// The mean of the normalised, mixed images, each multiplied by its share of the batch up to it: mixing moves brightness from image to image, and
/// would not change a plain mean.
/// </param>
internal readonly record struct ViewMark(uint Images, float Brightness)
{
    /// <summary>Bytes of a mark in a file.</summary>
    public const int Length = sizeof(uint) + sizeof(float);

    // Other processors and devices round differently, another crop or another partner makes a much greater difference.
    private const float Tolerance = 1e-4f;

    /// <summary>The mark of a batch.</summary>
    /// <param name="images">What is seen, shape (batch, channels, height, width).</param>
    /// <param name="places">The images, by their places in the dataset.</param>
    public static ViewMark Of(Tensor images, IReadOnlyList<int> places)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] numbers = [.. places];
        Tensor means = images.mean([1, 2, 3]).to(ScalarType.Float32);
        Tensor shares = arange(1, numbers.Length + 1, dtype: ScalarType.Float32, device: images.device) / numbers.Length;
        return new(Crc32C.Of(MemoryMarshal.AsBytes(numbers.AsSpan())), means.dot(shares).item<float>() / numbers.Length);
    }

    /// <summary>Reads a mark.</summary>
    public static ViewMark Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadSingleLittleEndian(source[sizeof(uint)..]));

    /// <summary>Writes the mark.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Images);
        BinaryPrimitives.WriteSingleLittleEndian(destination[sizeof(uint)..], Brightness);
    }

    /// <summary>Whether both are of the same views.</summary>
    public bool IsOf(ViewMark other) => Images == other.Images && Math.Abs(Brightness - other.Brightness) <= Tolerance * (1 + Math.Abs(Brightness));
}
