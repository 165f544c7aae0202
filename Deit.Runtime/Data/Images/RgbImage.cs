using System.Buffers;

namespace Deit.Data;

/// <summary>
/// An image of 8-bit red, green and blue. Its memory comes from a pool, to which <see cref="Dispose"/> gives it back; an image
/// that nobody disposes is collected like any other object.
/// </summary>
public sealed class RgbImage : IDisposable
{
    /// <summary>Bytes of a pixel: red, green, blue.</summary>
    public const int Channels = 3;

    private byte[]? _buffer;

    /// <summary>Makes an image of pixels that are copied.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">height x width x 3 bytes (HWC), without padding.</param>
    /// <exception cref="ArgumentException">There are more or fewer pixels than width and height say.</exception>
    public RgbImage(int width, int height, ReadOnlySpan<byte> pixels)
        : this(width, height)
    {
        if (pixels.Length != Length)
        {
            throw new ArgumentException($"{width}x{height} pixels are {Length} bytes, not {pixels.Length}.", nameof(pixels));
        }

        pixels.CopyTo(Writable);
    }

    private RgbImage(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        (Width, Height) = (width, height);
        Length = checked(width * height * Channels);
        _buffer = ArrayPool<byte>.Shared.Rent(Length);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Height x width x 3 bytes (HWC), without padding.</summary>
    /// <exception cref="ObjectDisposedException">The image has been disposed.</exception>
    public ReadOnlySpan<byte> Pixels => Writable;

    /// <summary>Bytes from one row to the next.</summary>
    internal int Stride => Width * Channels;

    /// <summary><see cref="Pixels"/>, to be written by whoever makes the image.</summary>
    internal Span<byte> Writable
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsSpan(0, Length);
        }
    }

    private int Length { get; }

    /// <summary>Gives the memory back. The pixels cannot be read any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>An image of gray levels.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="levels">Height x width bytes.</param>
    internal static RgbImage OfGray(int width, int height, ReadOnlySpan<byte> levels) => OfPlanes(width, height, levels, levels, levels);

    /// <summary>An image of a red, a green and a blue plane, each of height x width bytes.</summary>
    internal static RgbImage OfPlanes(int width, int height, ReadOnlySpan<byte> red, ReadOnlySpan<byte> green, ReadOnlySpan<byte> blue)
    {
        var image = new RgbImage(width, height);
        Span<byte> pixels = image.Writable;
        for (int pixel = 0, target = 0; pixel < width * height; pixel++)
        {
            pixels[target++] = red[pixel];
            pixels[target++] = green[pixel];
            pixels[target++] = blue[pixel];
        }

        return image;
    }

    /// <summary>An image whose pixels are not yet written.</summary>
    internal static RgbImage Uninitialized(int width, int height) => new(width, height);
}
