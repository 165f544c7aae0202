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
/// <param name="window">What is multiplied.</param>
/// <param name="layout">How the input lies.</param>
/// <param name="groups">Into how many groups the channels are divided.</param>
/// <param name="channels">Channels of the input.</param>
/// <param name="features">Channels of the output.</param>
/// <param name="panels">The weights.</param>
/// <param name="panelsOfGroup">How many panels each group has.</param>
/// <param name="bands">Into how many bands the lines of an image are divided.</param>
/// <param name="epilogue">What happens to the product.</param>
internal readonly unsafe struct ConvolutionLines(
    float* x, float* y, ConvolutionWindow window, ConvolutionInput layout, int groups, int channels, int features, Panel* panels, int panelsOfGroup, int bands, Epilogue epilogue)
    : IRangeBody
{
    /// <summary>Floats of a copy, which leaves room in the innermost cache but one for what is copied.</summary>
    private const int FloatsOfCopy = 32 * 1024;

    private readonly int _width = channels / groups;
    private readonly int _visited = window.VisitedWidth;

    /// <inheritdoc/>
    public void Run(long begin, long end)
    {
        for (long part = begin; part < end; part++)
        {
            (long outer, long group) = Math.DivRem(part, groups);
            (long image, long band) = Math.DivRem(outer, bands);
            int line = (int)(window.Lines * band / bands);
            int last = (int)(window.Lines * (band + 1) / bands);
            while (line < last)
            {
                int lines = layout == ConvolutionInput.InPlace ? last - line : Math.Clamp(LinesOfCopy, 1, last - line);
                Lines(image, (int)group, line, lines);
                line += lines;
            }
        }
    }

    /// <summary>Lines of the output that a copy is made for.</summary>
    private int LinesOfCopy => (FloatsOfCopy / (_visited * _width) - window.KernelHeight) / window.Stride + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lines(long image, int group, int firstLine, int lines)
    {
        nint lineOfLeft = (nint)_visited * _width;
        var task = new ProductTile { Floor = epilogue.Floor, ResidualStride = window.Step * epilogue.ResidualStride, OutputStride = (nint)window.Step * features };
        switch (layout)
        {
            case ConvolutionInput.InPlace:
                task.Left = x + (image * window.Height + (long)firstLine * window.Stride) * window.Width * channels + group * _width;
                task.RowStride = (nint)window.Stride * channels;
                task.Segments = window.KernelHeight;
                task.SegmentStride = (nint)window.Width * channels;
                task.SegmentLength = window.KernelWidth * _width;
                lineOfLeft = (nint)window.Width * channels;
                break;
            case ConvolutionInput.Pixels:
                task.Left = Copy(image, group, firstLine, lines);
                task.RowStride = (nint)window.Stride * _width;
                task.Segments = window.KernelHeight;
                task.SegmentStride = (nint)_visited * _width;
                task.SegmentLength = window.KernelWidth * _width;
                break;
            default:
                task.Left = Copy(image, group, firstLine, lines);
                task.RowStride = window.Stride;
                task.Segments = window.KernelHeight * _width;
                task.SegmentStride = _visited;
                task.SegmentLength = window.KernelWidth;
                break;
        }

        for (int index = 0; index < panelsOfGroup; index++)
        {
            Panel* panel = panels + group * panelsOfGroup + index;
            int line = 0;
            if (window is { Columns: ProductTile.HalfRows, IsWhole: true } && Tiles.MostRows(panel->Kind) == ProductTile.MostRows)
            {
                for (; line + 2 <= lines; line += 2)
                {
                    ProductTile tile = AtLine(task, panel, image, firstLine + line, line * window.Stride * lineOfLeft);
                    tile.Jump = window.Stride * lineOfLeft;
                    PanelProduct.One(panel, &tile, ProductTile.MostRows, epilogue.Activation);
                }
            }

            for (; line < lines; line++)
            {
                ProductTile tile = AtLine(task, panel, image, firstLine + line, line * window.Stride * lineOfLeft);
                PanelProduct.Multiply(panel, &tile, window.Columns, epilogue.Activation);
            }
        }
    }

    /// <summary>The products of a line that is made.</summary>
    private ProductTile AtLine(ProductTile task, Panel* panel, long image, int line, nint offset)
    {
        long pixel = image * window.OutputPixels + window.FirstPixel + (long)line * window.Step * window.OutputWidth;
        task.Left += offset;
        task.Output = y + pixel * features + panel->Column;
        task.Residual = epilogue.Residual(pixel, panel->Column);
        return task;
    }

    /// <summary>The input of some lines of the output, with zeros where the kernel reaches beyond the image.</summary>
    private float* Copy(long image, int group, int firstLine, int lines)
    {
        int top = firstLine * window.Stride + window.Top;
        int count = (lines - 1) * window.Stride + window.KernelHeight;
        int begin = Math.Clamp(window.Left, 0, window.Width);
        int end = Math.Clamp(window.Left + _visited, begin, window.Width);
        int floats = _visited * _width;
        float* copy = Scratch.OfPart((long)count * floats);
        for (int i = 0; i < count; i++)
        {
            float* target = copy + (long)i * floats;
            int line = top + i;
            if (line < 0 || line >= window.Height || begin == end) new Span<float>(target, floats).Clear();
            else if (layout == ConvolutionInput.Planes) CopyPlanes(image, group, line, begin, end, target);
            else CopyPixels(x + ((image * window.Height + line) * window.Width + begin) * channels + group * _width, begin, end, target);
        }

        return copy;
    }

    private void CopyPixels(float* source, int begin, int end, float* target)
    {
        int margin = (begin - window.Left) * _width;
        int floats = (end - begin) * _width;
        new Span<float>(target, margin).Clear();
        target += margin;
        if (groups == 1)
        {
            new ReadOnlySpan<float>(source, floats).CopyTo(new(target, floats));
        }
        else if (Lanes.AreWhole(_width))
        {
            CopyVectors(source, channels, end - begin, _width, target);
        }
        else
        {
            Packing.Copy(source, channels, end - begin, _width, target, _width);
        }

        new Span<float>(target + floats, _visited * _width - margin - floats).Clear();
    }

    private void CopyPlanes(long image, int group, int line, int begin, int end, float* target)
    {
        for (int channel = 0; channel < _width; channel++, target += _visited)
        {
            float* source = x + ((image * channels + group * _width + channel) * window.Height + line) * window.Width + begin;
            var output = new Span<float>(target, _visited);
            output[..(begin - window.Left)].Clear();
            new ReadOnlySpan<float>(source, end - begin).CopyTo(output[(begin - window.Left)..]);
            output[(end - window.Left)..].Clear();
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
