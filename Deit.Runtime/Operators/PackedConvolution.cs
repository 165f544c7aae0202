using Deit.Operators.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>A convolution, channels last, with its weight laid out for inference: y = activation(x * W + b [+ residual]) in one pass.</summary>
public sealed unsafe class PackedConvolution : IDisposable
{
    /// <summary>Multiplications and additions that are worth a thread of their own.</summary>
    private const long Grain = 1 << 18;

    private readonly ConvolutionGeometry _geometry;
    private readonly VectorWidth _width;
    private readonly Tensor? _weight;
    private readonly Tensor? _bias;
    private readonly PackedLinear? _pointwise;
    private readonly Panels? _ofPixels;
    private readonly Matrix? _taps;
    private readonly Lazy<Panels> _ofPlanes;

    /// <summary>Copies a weight and a bias; what happens to them afterwards makes no difference.</summary>
    /// <param name="weight">Shape (out, in / groups, kernel, kernel), floating-point, on any device.</param>
    /// <param name="bias">Shape (out), or none.</param>
    /// <param name="geometry">The sizes.</param>
    public PackedConvolution(Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
        : this(weight, bias, geometry, Panels.Widest)
    {
    }

    /// <summary>Copies a weight and a bias.</summary>
    /// <param name="weight">Shape (out, in / groups, kernel, kernel).</param>
    /// <param name="bias">Shape (out), or none.</param>
    /// <param name="geometry">The sizes.</param>
    /// <param name="width">How wide vectors may be.</param>
    internal PackedConvolution(Tensor weight, Tensor? bias, ConvolutionGeometry geometry, VectorWidth width)
    {
        ArgumentNullException.ThrowIfNull(weight);
        _geometry = geometry;
        _width = weight.is_cpu() && weight.dtype == ScalarType.Float32 ? width : VectorWidth.None;
        In = weight.shape[1] * geometry.Groups;
        Out = weight.shape[0];
        using var eager = Eager.Begin();
        _ofPlanes = new(() => Pack(0, 3, 2, 4, 1));
        if (_width != VectorWidth.None && geometry is { Kernel: 1, Stride: 1, Padding: 0, Groups: 1 })
        {
            _pointwise = new(weight.flatten(1), bias, width);
            return;
        }

        _weight = weight.detach().clone().DetachFromDisposeScope();
        _bias = bias?.detach().clone().DetachFromDisposeScope();
        if (_width == VectorWidth.None) return;

        if (geometry.Groups == In && In == Out && geometry.Padding < geometry.Kernel) _taps = Taps();
        else _ofPixels = Pack(0, 3, 4, 2, 1);
    }

    /// <summary>Channels of the input.</summary>
    public long In { get; }

    /// <summary>Channels of the output.</summary>
    public long Out { get; }

    /// <summary>y = activation(x * W + b [+ residual]).</summary>
    /// <param name="x">Images · height · width x in.</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    /// <param name="activation">What is applied last.</param>
    /// <param name="residual">As y; may be <paramref name="y"/>.</param>
    public void Apply(Matrix x, Matrix y, Activation activation = Activation.None, Matrix? residual = null)
    {
        long images = Shapes.Times(x.Rows, _geometry.Pixels);
        Shapes.Are(x, x.Rows, In);
        Shapes.Are(y, images * _geometry.OutputPixels, Out);
        if (residual is not null) Shapes.Same(y, residual);
        if (_pointwise is not null)
        {
            _pointwise.Apply(x, y, activation, residual);
            return;
        }

        if (_taps is not null && x.OnHost)
        {
            long taps = _taps.Rows - 1;
            NativeParallel.For(images * _geometry.OutputHeight, Math.Max(1, Grain / (_geometry.OutputWidth * Out * taps)), new DepthwiseLines(
                x.Pointer, _taps.Pointer, _taps.Pointer + taps * Out, y.Pointer, _geometry, Out,
                new Epilogue(activation, residual is null ? null : residual.Pointer, Out)));
            return;
        }

        if (_ofPixels is not null && x.OnHost)
        {
            Convolve(x.Pointer, images, DirectConvolution.InputOf(_geometry), _ofPixels, y, activation, residual);
            return;
        }

        using var eager = Eager.Begin();
        Apply(x.Tensor.view(images, _geometry.Height, _geometry.Width, x.Columns).permute(0, 3, 1, 2), y, activation, residual?.Tensor);
    }

    /// <summary>y = activation(images * W + b), for the first convolution of a model.</summary>
    /// <param name="images">Shape (images, in, height, width), of any floating-point type, on any device.</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    /// <param name="activation">What is applied last.</param>
    public void Apply(Tensor images, Matrix y, Activation activation = Activation.None)
    {
        long[] shape = images.shape;
        if (shape.Length != 4 || shape[1] != In || shape[2] != _geometry.Height || shape[3] != _geometry.Width)
        {
            throw new ArgumentException(
                $"PackedConvolution: ({string.Join(", ", shape)}) stands where (images, {In}, {_geometry.Height}, {_geometry.Width}) is needed.", nameof(images));
        }

        Shapes.Are(y, shape[0] * _geometry.OutputPixels, Out);
        if (_pointwise is null && _width != VectorWidth.None && y.OnHost && images.dtype == ScalarType.Float32 && images.is_cpu() && images.is_contiguous())
        {
            using var planes = new Matrix(images, images.storage_offset(), shape[0], In * _geometry.Pixels);
            Convolve(planes.Pointer, shape[0], ConvolutionInput.Planes, _ofPlanes.Value, y, activation, residual: null);
            return;
        }

        using var eager = Eager.Begin();
        Tensor converted = images.to(y.Type, y.Tensor.device);
        if (_pointwise is null)
        {
            Apply(converted, y, activation, null);
            return;
        }

        Tensor rows = converted.permute(0, 2, 3, 1).contiguous();
        using var pixels = new Matrix(rows, rows.storage_offset(), y.Rows, In);
        _pointwise.Apply(pixels, y, activation);
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _pointwise?.Dispose();
        _ofPixels?.Dispose();
        _taps?.Dispose();
        if (_ofPlanes.IsValueCreated) _ofPlanes.Value.Dispose();
    }

    /// <summary>The weight of each group with the dimensions after (groups, out, in, kernel, kernel) in an order, the last of which is out.</summary>
    private Panels Pack(params long[] order)
    {
        using var eager = Eager.Begin();
        long groups = _geometry.Groups;
        Tensor divided = _weight!.view(groups, Out / groups, In / groups, _geometry.Kernel, _geometry.Kernel);
        return new(divided.permute(order).flatten(1, 3), _bias, _width);
    }

    /// <summary>The weights of a depthwise convolution, a row for each tap, and the bias.</summary>
    private Matrix Taps()
    {
        Tensor rows = cat([_weight!.flatten(1).t(), (_bias ?? zeros(Out, device: CPU)).unsqueeze(0)]);
        return new(rows, 0, rows.shape[0], Out);
    }

    private void Convolve(float* x, long images, ConvolutionInput layout, Panels panels, Matrix y, Activation activation, Matrix? residual) =>
        DirectConvolution.Run(
            x, images, ConvolutionWindow.Of(_geometry), layout, _geometry.Groups, (int)In, panels, y,
            new Epilogue(activation, residual is null ? null : residual.Pointer, y.Columns));

    private void Apply(Tensor channelsFirst, Matrix y, Activation activation, Tensor? residual)
    {
        long stride = _geometry.Stride;
        long padding = _geometry.Padding;
        Tensor sum = nn.functional.conv2d(
            channelsFirst, _weight!, _bias, strides: [stride, stride], padding: [padding, padding], groups: _geometry.Groups);
        sum = sum.permute(0, 2, 3, 1).reshape(y.Rows, y.Columns);
        if (residual is not null) sum = sum + residual;
        y.Tensor.copy_(Fused.Activated(sum, activation));
    }
}
