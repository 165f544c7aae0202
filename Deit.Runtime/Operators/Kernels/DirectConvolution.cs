namespace Deit.Operators.Kernels;

/// <summary>
/// Convolutions and their gradients without patches in memory: all are products whose left factor is a small copy of some lines, made again for
/// each (Georganas et al., Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures, arXiv 1808.05567).
/// </summary>
internal static unsafe class DirectConvolution
{
    /// <summary>Multiplications and additions that are worth a thread of their own.</summary>
    private const long Grain = 1 << 18;

    /// <summary>Floats of a band of lines, input and output: half of a core's cache.</summary>
    private const long FloatsOfBand = 128 * 1024;

    /// <summary>Parts of the work that a thread gets at least, so that no thread has much more than another.</summary>
    private const int PartsOfThread = 4;

    /// <summary>Floats of the lines that a gradient of weights is summed from at a time.</summary>
    private const int FloatsOfLines = 8 * 1024;

    /// <summary>Whether a convolution and its gradients are done here.</summary>
    /// <param name="y">Its output.</param>
    /// <param name="geometry">Its sizes: a tap must reach every pixel of the input, for the input's gradient.</param>
    public static bool Is(Matrix y, ConvolutionGeometry geometry) => y.OnHost && geometry.Kernel >= geometry.Stride;

    /// <summary>y = the convolution of pixels, channels last.</summary>
    /// <param name="x">Images · height · width x in.</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="bias">1 x out, or nothing.</param>
    /// <param name="geometry">The sizes.</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static void Pixels(Matrix x, Matrix weight, Matrix? bias, ConvolutionGeometry geometry, Matrix y, VectorWidth width)
    {
        using Panels panels = Forward(weight, bias, geometry, isOfPlanes: false, width);
        Run(x.Pointer, x.Rows / geometry.Pixels, ConvolutionWindow.Of(geometry), InputOf(geometry), geometry.Groups, (int)x.Columns, panels, y, default);
    }

    /// <summary>y = the convolution of images, channels first.</summary>
    /// <param name="x">Images x in · height · width.</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="bias">1 x out, or nothing.</param>
    /// <param name="geometry">The sizes.</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static void Planes(Matrix x, Matrix weight, Matrix? bias, ConvolutionGeometry geometry, Matrix y, VectorWidth width)
    {
        using Panels panels = Forward(weight, bias, geometry, isOfPlanes: true, width);
        Run(x.Pointer, x.Rows, ConvolutionWindow.Of(geometry), ConvolutionInput.Planes, geometry.Groups, Channels(weight, geometry), panels, y, default);
    }

    /// <summary>The gradient of the input: for each place in a stride, a convolution of dy.</summary>
    /// <param name="dy">Images · pixels of the output x out.</param>
    /// <param name="weight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="geometry">The sizes.</param>
    /// <param name="dx">Images · height · width x in.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static void InputGradient(Matrix dy, Matrix weight, ConvolutionGeometry geometry, Matrix dx, VectorWidth width)
    {
        int area = geometry.Kernel * geometry.Kernel;
        int inputs = (int)dx.Columns / geometry.Groups;
        int outputs = (int)dy.Columns / geometry.Groups;
        for (int y = 0; y < Math.Min(geometry.Stride, geometry.Height); y++)
        {
            for (int x = 0; x < Math.Min(geometry.Stride, geometry.Width); x++)
            {
                var down = new MirroredTaps(geometry, y);
                var across = new MirroredTaps(geometry, x);
                var places = new List<int>();
                for (int i = 0; i < down.Count; i++)
                {
                    for (int j = 0; j < across.Count; j++)
                    {
                        for (int output = 0; output < outputs; output++) places.Add(output * inputs * area + down[i] * geometry.Kernel + across[j]);
                    }
                }

                using Panels panels = Panels.Temporary(geometry.Groups, places.Count, inputs, width);
                panels.Fill(weight.Pointer, outputs * inputs * area, places, area, null);
                Run(dy.Pointer, dy.Rows / geometry.OutputPixels, ConvolutionWindow.Gradient(geometry, down, across),
                    ConvolutionInput.Pixels, geometry.Groups, (int)dy.Columns, panels, dx, default);
            }
        }
    }

    /// <summary>The gradient of the weight.</summary>
    /// <param name="dy">Images · pixels of the output x out.</param>
    /// <param name="x">The input, as <see cref="Pixels"/> or <see cref="Planes"/> take it.</param>
    /// <param name="isOfPlanes">Which of the two.</param>
    /// <param name="geometry">The sizes.</param>
    /// <param name="dWeight">Out x (in / groups) · kernel · kernel.</param>
    /// <param name="width">How wide vectors may be.</param>
    public static void WeightGradient(Matrix dy, Matrix x, bool isOfPlanes, ConvolutionGeometry geometry, Matrix dWeight, VectorWidth width)
    {
        int channels = Channels(dWeight, geometry);
        int outputs = (int)dy.Columns / geometry.Groups;
        int rows = (int)dWeight.Columns;
        int lines = Math.Clamp(FloatsOfLines / (channels / geometry.Groups * geometry.Width * geometry.Stride), 1, geometry.OutputHeight);
        int bands = (geometry.OutputHeight + lines - 1) / lines;
        long images = dy.Rows / geometry.OutputPixels;
        long parts = images * geometry.Groups * bands;
        var body = new ConvolutionWeightSums(dy.Pointer, x.Pointer, geometry, channels, (int)dy.Columns, isOfPlanes, lines, bands, images, width);
        long grain = Math.Max(1, Grain / ((long)rows * outputs * lines * geometry.OutputWidth));
        float* sums = Reduction.Run(parts, grain, (long)geometry.Groups * body.SumsOfGroup, body);
        for (int group = 0; group < geometry.Groups; group++)
        {
            Packing.Transpose(sums + group * body.SumsOfGroup, body.Columns, rows, outputs, dWeight.Pointer + (long)group * outputs * rows, rows);
        }
    }

    /// <summary>Runs products with packed weights.</summary>
    /// <param name="x">The input.</param>
    /// <param name="images">How many.</param>
    /// <param name="window">What is multiplied.</param>
    /// <param name="layout">How the input lies.</param>
    /// <param name="groups">Into how many groups the channels are divided.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="panels">The weights.</param>
    /// <param name="y">The output.</param>
    /// <param name="epilogue">What happens to the products.</param>
    public static void Run(
        float* x, long images, ConvolutionWindow window, ConvolutionInput layout, int groups, int channels, Panels panels, Matrix y, Epilogue epilogue)
    {
        int features = (int)y.Columns;
        long parts = images * groups;
        long ofImage = (long)window.Pixels * panels.Depth * features / groups;
        long floats = (long)channels * window.Height * window.Width + (long)features * window.Pixels;
        long wanted = Math.Max((floats + FloatsOfBand - 1) / FloatsOfBand, (PartsOfThread * NativeParallel.Threads + parts - 1) / parts);
        int bands = (int)Math.Min(wanted, window.Lines);
        NativeParallel.For(parts * bands, Math.Max(1, Grain * bands / ofImage), new ConvolutionLines(
            x, y.Pointer, window, layout, groups, channels, features, panels.First, panels.CountOfGroup, bands, epilogue));
        GC.KeepAlive(panels);
    }

    /// <summary>How channels-last pixels are read.</summary>
    public static ConvolutionInput InputOf(ConvolutionGeometry geometry) =>
        geometry.Padding == 0 && (geometry.Groups == 1 || geometry.Kernel == 1) ? ConvolutionInput.InPlace : ConvolutionInput.Pixels;

    /// <summary>Channels of the input.</summary>
    private static int Channels(Matrix weight, ConvolutionGeometry geometry) => (int)weight.Columns / (geometry.Kernel * geometry.Kernel) * geometry.Groups;

    private static Panels Forward(Matrix weight, Matrix? bias, ConvolutionGeometry geometry, bool isOfPlanes, VectorWidth width)
    {
        int kernel = geometry.Kernel;
        int area = kernel * kernel;
        int inputs = (int)weight.Columns / area;
        int outputs = (int)weight.Rows / geometry.Groups;
        var places = new List<int>();
        for (int line = 0; line < kernel; line++)
        {
            for (int i = 0; i < kernel * inputs; i++)
            {
                (int input, int tap) = isOfPlanes ? Math.DivRem(i, kernel) : (i % inputs, i / inputs);
                places.Add(input * area + line * kernel + tap);
            }
        }

        Panels panels = Panels.Temporary(geometry.Groups, places.Count, outputs, width);
        panels.Fill(weight.Pointer, outputs * inputs * area, places, inputs * area, bias is null ? null : bias.Pointer);
        return panels;
    }
}
