namespace Deit.Data;

/// <summary>Resizes by taking the pixel that lies below the centre of an output pixel, as Pillow's <c>NEAREST</c> does.</summary>
internal static class NearestNeighbour
{
    /// <summary>Resizes.</summary>
    /// <param name="source">The image from its first byte on.</param>
    /// <param name="stride">Bytes from a source row to the next.</param>
    /// <param name="horizontal">The horizontal axis.</param>
    /// <param name="vertical">The vertical axis.</param>
    /// <param name="destination">Takes the pixels of both axes' windows.</param>
    public static void Run(
        ReadOnlySpan<byte> source, int stride, ResamplingAxis horizontal, ResamplingAxis vertical, Span<byte> destination)
    {
        int[] columns = Positions(horizontal);
        int[] rows = Positions(vertical);
        int target = 0;
        foreach (int row in rows)
        {
            foreach (int column in columns)
            {
                source.Slice((row * stride) + (column * RgbImage.Channels), RgbImage.Channels).CopyTo(destination[target..]);
                target += RgbImage.Channels;
            }
        }
    }

    // Added up, not multiplied: Pillow's rounding errors are part of its result.
    private static int[] Positions(ResamplingAxis axis)
    {
        var positions = new int[axis.WindowSize];
        double position = axis.Scale * 0.5;
        for (int output = 0; output < axis.WindowStart + axis.WindowSize; output++)
        {
            if (output >= axis.WindowStart) positions[output - axis.WindowStart] = Math.Min((int)position, axis.InputSize - 1);
            position += axis.Scale;
        }

        return positions;
    }
}
