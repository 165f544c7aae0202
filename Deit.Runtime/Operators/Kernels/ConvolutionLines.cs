using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Deit.Operators.Kernels;

/// <summary>Where the input of a convolution lies, and how its lines are copied.</summary>
internal enum ConvolutionInput
{
    /// <summary>Channels last; what a pixel needs lies side by side: lines are read where they are.</summary>
    InPlace,

    /// <summary>Channels last; the lines of a group are copied together, with zeros on both sides.</summary>
    Pixels,

    /// <summary>Channels first, as images come; the lines of all channels are copied one after the other, with zeros on both sides.</summary>
    Planes,
}

/// <summary>
/// A convolution: tiles of pixels side by side are products in which the rows of the left factor, the inputs of the pixels, overlap. A band
/// of lines is done for all groups before the next, because they share lines of the cache.
/// </summary>
/// <param name="x">The input.</param>
/// <param name="y">The output.</param>
/// <param name="geometry">The sizes.</param>
/// <param name="layout">How the input lies.</param>
/// <param name="channels">Channels of the input.</param>
/// <param name="features">Channels of the output.</param>
/// <param name="panels">The weights.</param>
/// <param name="panelsOfGroup">How many panels each group has.</param>
/// <param name="bands">Into how many bands the lines of an image are divided.</param>
/// <param name="epilogue">What happens to the product.</param>
internal readonly unsafe struct ConvolutionLines(
    float* x, float* y, ConvolutionGeometry geometry, ConvolutionInput layout, int channels, int features, Panel* panels, int panelsOfGroup, int bands, Epilogue epilogue)
    : IRangeBody
{
    /// <summary>Floats of a copy, which leaves room in the innermost cache but one for what is copied.</summary>
    private const int FloatsOfCopy = 32 * 1024;

    private readonly int _width = channels / geometry.Groups;
    private readonly int _paddedWidth = geometry.Width + 2 * geometry.Padding;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long part = begin; part < end; part++)
        {
            (long outer, long group) = Math.DivRem(part, geometry.Groups);
            (long image, long band) = Math.DivRem(outer, bands);
            int line = (int)(geometry.OutputHeight * band / bands);
            int last = (int)(geometry.OutputHeight * (band + 1) / bands);
            while (line < last)
            {
                int lines = layout == ConvolutionInput.InPlace ? last - line : Math.Clamp(LinesOfCopy, 1, last - line);
                Lines(image, (int)group, line, lines);
                line += lines;
            }
        }
    }

    /// <summary>Lines of the output that a copy is made for.</summary>
    private int LinesOfCopy => (FloatsOfCopy / (_paddedWidth * _width) - geometry.Kernel) / geometry.Stride + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lines(long image, int group, int firstLine, int lines)
    {
        nint lineOfLeft = (nint)_paddedWidth * _width;
        var task = new ProductTile { Floor = epilogue.Floor, ResidualStride = epilogue.ResidualStride, OutputStride = features };
        switch (layout)
        {
            case ConvolutionInput.InPlace:
                task.Left = x + (image * geometry.Height + (long)firstLine * geometry.Stride) * geometry.Width * channels + group * _width;
                task.RowStride = (nint)geometry.Stride * channels;
                task.Segments = geometry.Kernel;
                task.SegmentStride = (nint)geometry.Width * channels;
                task.SegmentLength = geometry.Kernel * _width;
                lineOfLeft = (nint)geometry.Width * channels;
                break;
            case ConvolutionInput.Pixels:
                task.Left = Copy(image, group, firstLine, lines);
                task.RowStride = (nint)geometry.Stride * _width;
                task.Segments = geometry.Kernel;
                task.SegmentStride = (nint)_paddedWidth * _width;
                task.SegmentLength = geometry.Kernel * _width;
                break;
            default:
                task.Left = Copy(image, group, firstLine, lines);
                task.RowStride = geometry.Stride;
                task.Segments = geometry.Kernel * _width;
                task.SegmentStride = _paddedWidth;
                task.SegmentLength = geometry.Kernel;
                break;
        }

        for (int index = 0; index < panelsOfGroup; index++)
        {
            Panel* panel = panels + group * panelsOfGroup + index;
            ProductTile tile = task;
            long pixel = image * geometry.OutputPixels + (long)firstLine * geometry.OutputWidth;
            tile.Output = y + pixel * features + panel->Column;
            tile.Residual = epilogue.Residual(pixel, panel->Column);
            int line = 0;
            if (geometry.OutputWidth == ProductTile.HalfRows && Tiles.MostRows(panel->Kind) == ProductTile.MostRows)
            {
                tile.Jump = geometry.Stride * lineOfLeft;
                for (; line + 2 <= lines; line += 2)
                {
                    PanelProduct.One(panel, &tile, ProductTile.MostRows, epilogue.Activation);
                    tile.Left += 2 * tile.Jump;
                }
            }

            for (; line < lines; line++)
            {
                tile.Left = task.Left + line * geometry.Stride * lineOfLeft;
                PanelProduct.Multiply(panel, &tile, geometry.OutputWidth, epilogue.Activation);
            }
        }
    }

    /// <summary>The input of some lines of the output, with zeros where the kernel reaches beyond the image.</summary>
    private float* Copy(long image, int group, int firstLine, int lines)
    {
        int top = firstLine * geometry.Stride - geometry.Padding;
        int count = (lines - 1) * geometry.Stride + geometry.Kernel;
        long floats = (long)_paddedWidth * _width;
        float* copy = Scratch.OfPart(count * floats);
        for (int i = 0; i < count; i++)
        {
            float* target = copy + i * floats;
            int line = top + i;
            if (line < 0 || line >= geometry.Height) new Span<float>(target, (int)floats).Clear();
            else if (layout == ConvolutionInput.Planes) CopyPlanes(image, group, line, target);
            else CopyPixels(x + (image * geometry.Height + line) * geometry.Width * channels + group * _width, target);
        }

        return copy;
    }

    private void CopyPixels(float* source, float* target)
    {
        int margin = geometry.Padding * _width;
        new Span<float>(target, margin).Clear();
        target += margin;
        if (geometry.Groups == 1)
        {
            new ReadOnlySpan<float>(source, geometry.Width * channels).CopyTo(new(target, geometry.Width * channels));
        }
        else if (Lanes.AreWhole(_width))
        {
            CopyVectors(source, channels, geometry.Width, _width, target);
        }
        else
        {
            Packing.Copy(source, channels, geometry.Width, _width, target, _width);
        }

        new Span<float>(target + geometry.Width * _width, margin).Clear();
    }

    private void CopyPlanes(long image, int group, int line, float* target)
    {
        for (int channel = 0; channel < _width; channel++, target += _paddedWidth)
        {
            float* source = x + ((image * channels + group * _width + channel) * geometry.Height + line) * geometry.Width;
            new Span<float>(target, geometry.Padding).Clear();
            new ReadOnlySpan<float>(source, geometry.Width).CopyTo(new(target + geometry.Padding, geometry.Width));
            new Span<float>(target + geometry.Padding + geometry.Width, geometry.Padding).Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyVectors(float* source, int stride, int pixels, int width, float* target)
    {
        for (int j = 0; j < width; j += Lanes.Count)
        {
            float* from = source + j;
            float* to = target + j;
            for (int pixel = 0; pixel < pixels; pixel++, from += stride, to += width) Vector256.Load(from).Store(to);
        }
    }
}
