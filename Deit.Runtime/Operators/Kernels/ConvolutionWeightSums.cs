namespace Deit.Operators.Kernels;

/// <summary>
/// The gradient of a convolution's weight, summed over bands of lines: for each tap, the pixels that it is on, channels first, times the gradient of the
/// output's pixels. A part is a band of an image in a group.
/// </summary>
/// <param name="dy">The gradient of the output, channels last.</param>
/// <param name="x">The input.</param>
/// <param name="geometry">The sizes.</param>
/// <param name="channels">Channels of the input.</param>
/// <param name="features">Channels of the output.</param>
/// <param name="isOfPlanes">Whether the channels of the input come first, or last.</param>
/// <param name="lines">Lines of a band.</param>
/// <param name="bands">Bands of an image.</param>
/// <param name="images">How many.</param>
/// <param name="vectors">How wide vectors may be.</param>
internal readonly unsafe struct ConvolutionWeightSums(
    float* dy, float* x, ConvolutionGeometry geometry, int channels, int features, bool isOfPlanes, int lines, int bands, long images, VectorWidth vectors)
    : IReductionBody
{
    private const int WidestPanel = 32;
    private const int FloatsOfCacheLine = 16;

    private readonly int _inputs = channels / geometry.Groups;
    private readonly int _outputs = features / geometry.Groups;

    // Pixels of a line that are a stride from each other lie side by side, for each place in a stride, with zeros before and after them.
    private readonly int _margin = (geometry.Padding + geometry.Stride - 1) / geometry.Stride;
    private readonly int _places = Math.Max(
        (geometry.Width + geometry.Stride - 1) / geometry.Stride,
        geometry.OutputWidth + geometry.Kernel / geometry.Stride) + (geometry.Padding + geometry.Stride - 1) / geometry.Stride;

    /// <summary>Columns of a group's sums; the last of them may be zeros.</summary>
    public int Columns { get; } = Panels.PaddedColumns(features / geometry.Groups, vectors);

    /// <summary>Floats of a group's sums: a row for each weight of an output.</summary>
    public long SumsOfGroup => (long)Rows * Columns;

    private int Rows => _inputs * geometry.Kernel * geometry.Kernel;

    private long OfLine => (long)geometry.Stride * _inputs * _places;

    /// <inheritdoc/>
    public void Run(long begin, long end, float* sums)
    {
        long ofLines = ((lines - 1) * geometry.Stride + geometry.Kernel) * OfLine + _margin;
        float* panel = Scratch.OfPart((1L + lines * geometry.OutputWidth) * WidestPanel + ofLines);
        float* inputs = panel + (1L + lines * geometry.OutputWidth) * WidestPanel;
        new Span<float>(panel, WidestPanel).Clear();
        for (long part = begin; part < end; part++)
        {
            (long group, long ofImages) = OfPart(part);
            (long image, long band) = Math.DivRem(ofImages, bands);
            int first = (int)band * lines;
            int count = Math.Min(lines, geometry.OutputHeight - first);
            CopyLines(image, (int)group, first * geometry.Stride - geometry.Padding, (count - 1) * geometry.Stride + geometry.Kernel, inputs);
            float* gradients = dy + (image * geometry.OutputPixels + (long)first * geometry.OutputWidth) * features + group * _outputs;
            Multiply(inputs, gradients, count, panel, sums + group * SumsOfGroup);
        }
    }

    /// <summary>Narrow groups share lines of the cache, so that a band is done for all of them; wide ones have sums that fill it, so that a group is done for all bands.</summary>
    private (long Group, long OfImages) OfPart(long part)
    {
        if (_inputs >= FloatsOfCacheLine) return Math.DivRem(part, images * bands);
        (long ofImages, long group) = Math.DivRem(part, geometry.Groups);
        return (group, ofImages);
    }

    /// <summary>Copies lines of a group's input: for each line and place in a stride, the channels one after another.</summary>
    private void CopyLines(long image, int group, int top, int count, float* target)
    {
        int stride = geometry.Stride;
        new Span<float>(target, _margin).Clear();
        target += _margin;
        for (int i = 0; i < count; i++)
        {
            int line = top + i;
            for (int place = 0; place < stride; place++, target += (long)_inputs * _places)
            {
                int pixels = (geometry.Width - place + stride - 1) / stride;
                if (line < 0 || line >= geometry.Height || pixels <= 0)
                {
                    new Span<float>(target, _inputs * _places).Clear();
                }
                else if (isOfPlanes)
                {
                    float* source = x + ((image * channels + group * _inputs) * geometry.Height + line) * geometry.Width + place;
                    CopyPlanes(source, stride, pixels, target);
                }
                else
                {
                    float* source = x + ((image * geometry.Height + line) * geometry.Width + place) * channels + group * _inputs;
                    Packing.Transpose(source, stride * channels, pixels, _inputs, target, _places);
                }
            }
        }
    }

    private void CopyPlanes(float* source, int stride, int pixels, float* target)
    {
        for (int channel = 0; channel < _inputs; channel++, source += (long)geometry.Height * geometry.Width, target += _places)
        {
            if (stride == 1) Packing.Copy(source, pixels, 1, pixels, target, _places);
            else Packing.Transpose(source, stride, pixels, 1, target, _places);
        }
    }

    /// <summary>sums += inputs * gradients, for each tap.</summary>
    /// <param name="inputs">Lines, as they were copied.</param>
    /// <param name="gradients">The group's first column of the first pixel.</param>
    /// <param name="count">How many lines.</param>
    /// <param name="memory">Zeros as wide as a panel, and room for a panel.</param>
    /// <param name="sums">Weights of an output x outputs.</param>
    private void Multiply(float* inputs, float* gradients, int count, float* memory, float* sums)
    {
        int stride = geometry.Stride;
        int taps = geometry.Kernel * geometry.Kernel;
        for (int column = 0; column < _outputs;)
        {
            TileKind kind = Panels.KindOf(_outputs - column, vectors);
            int width = Tiles.Width(kind);
            Packing.Copy(gradients + column, features, count * geometry.OutputWidth, Math.Min(width, _outputs - column), memory + WidestPanel, width);
            var panel = new Panel { Kind = kind, Column = column, Columns = width, Weights = memory + WidestPanel, Bias = memory };
            for (int tap = 0; tap < taps; tap++)
            {
                (int down, int across) = Math.DivRem(tap, geometry.Kernel);

                // Pixel p of the output is multiplied with pixel p * stride + across - padding of the input.
                int fromMargin = across - geometry.Padding + _margin * stride;
                var task = new ProductTile
                {
                    Left = inputs + down * OfLine + (long)(fromMargin % stride) * _inputs * _places + fromMargin / stride,
                    RowStride = _places,
                    Segments = count,
                    SegmentStride = (nint)(stride * OfLine),
                    SegmentLength = geometry.OutputWidth,
                    Output = sums + tap * Columns + column,
                    OutputStride = taps * Columns,
                    Floor = float.NegativeInfinity,
                };
                task.Residual = task.Output;
                task.ResidualStride = task.OutputStride;
                PanelProduct.Multiply(&panel, &task, _inputs, Activation.None);
            }

            column += width;
        }
    }
}
