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
/// Lines of the output of a convolution, group after group, image after image: tiles of pixels side by side are products in which the rows
/// of the left factor, the inputs of the pixels, overlap.
/// </summary>
internal readonly unsafe struct ConvolutionLines(
    float* x, float* y, ConvolutionGeometry geometry, ConvolutionInput layout, int channels, int features, Panel* panels, int panelsOfGroup, Epilogue epilogue)
    : IRangeBody
{
    /// <summary>Floats of a copy: half the cache of a core.</summary>
    private const long FloatsInCache = 32 * 1024;

    private readonly int _width = channels / geometry.Groups;
    private readonly int _paddedWidth = geometry.Width + 2 * geometry.Padding;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        while (begin < end)
        {
            (long part, long line) = Math.DivRem(begin, geometry.OutputHeight);
            (long image, long group) = Math.DivRem(part, geometry.Groups);
            int lines = (int)Math.Min(end - begin, geometry.OutputHeight - line);
            if (layout != ConvolutionInput.InPlace)
            {
                long fitting = (FloatsInCache / ((long)_paddedWidth * _width) - geometry.Kernel) / geometry.Stride + 1;
                lines = (int)Math.Clamp(fitting, 1, lines);
            }

            Lines(image, (int)group, (int)line, lines);
            begin += lines;
        }
    }

    private void Lines(long image, int group, int firstLine, int lines)
    {
        long lineOfLeft = (long)_paddedWidth * _width;
        var task = new ProductTile { Floor = epilogue.Floor, ResidualStride = epilogue.ResidualStride, OutputStride = features };
        switch (layout)
        {
            case ConvolutionInput.InPlace:
                task.Left = x + (image * geometry.Height + (long)firstLine * geometry.Stride) * geometry.Width * channels + group * _width;
                task.RowStride = (nint)geometry.Stride * channels;
                task.Segments = geometry.Kernel;
                task.SegmentStride = (nint)geometry.Width * channels;
                task.SegmentLength = geometry.Kernel * _width;
                lineOfLeft = (long)geometry.Width * channels;
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
            Panel panel = panels[group * panelsOfGroup + index];
            ProductTile line = task;
            long pixel = image * geometry.OutputPixels + (long)firstLine * geometry.OutputWidth;
            for (int i = 0; i < lines; i++)
            {
                line.Output = y + pixel * features + panel.Column;
                line.Residual = epilogue.Residual(pixel, panel.Column);
                PanelProduct.Multiply(panel, line, geometry.OutputWidth, epilogue.Activation);
                line.Left += geometry.Stride * lineOfLeft;
                pixel += geometry.OutputWidth;
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
        for (int pixel = 0; pixel < pixels; pixel++, source += stride, target += width)
        {
            for (int j = 0; j < width; j += Lanes.Count) Vector256.Load(source + j).Store(target + j);
        }
    }
}
