namespace Deit.Data;

/// <summary>A rectangle of pixels.</summary>
/// <param name="Left">Its first column.</param>
/// <param name="Top">Its first row.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
public readonly record struct PixelBox(int Left, int Top, int Width, int Height)
{
    /// <summary>Refuses a rectangle that is empty or leaves an image.</summary>
    /// <param name="width">Width of the image.</param>
    /// <param name="height">Height of the image.</param>
    /// <param name="parameter">The argument that is refused.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is not within the image.</exception>
    internal void RequireWithin(int width, int height, string parameter)
    {
        bool within = Left >= 0 && Top >= 0 && Width > 0 && Height > 0 && Left <= width - Width && Top <= height - Height;
        if (!within) throw new ArgumentOutOfRangeException(parameter, this, $"It is not within {width}x{height} pixels.");
    }
}
