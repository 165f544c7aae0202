using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>A convolution, channels last, with its weight laid out for inference: y = activation(x * W + b [+ residual]) in one pass.</summary>
public sealed class PackedConvolution : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly ConvolutionGeometry _geometry;

    /// <summary>Copies a weight and a bias; what happens to them afterwards makes no difference.</summary>
    /// <param name="weight">Shape (out, in / groups, kernel, kernel), floating-point, on any device.</param>
    /// <param name="bias">Shape (out), or none.</param>
    /// <param name="geometry">The sizes.</param>
    public PackedConvolution(Tensor weight, Tensor? bias, ConvolutionGeometry geometry)
    {
        _geometry = geometry;
        using var eager = Eager.Begin();
        _weight = weight.detach().clone().DetachFromDisposeScope();
        _bias = bias?.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>Channels of the input.</summary>
    public long In => _weight.shape[1] * _geometry.Groups;

    /// <summary>Channels of the output.</summary>
    public long Out => _weight.shape[0];

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

        using var eager = Eager.Begin();
        Apply(x.Tensor.view(images, _geometry.Height, _geometry.Width, x.Columns).permute(0, 3, 1, 2), y, activation, residual?.Tensor);
    }

    /// <summary>y = activation(images * W + b), for the first convolution of a model.</summary>
    /// <param name="images">Shape (images, in, height, width).</param>
    /// <param name="y">Images · pixels of the output x out.</param>
    /// <param name="activation">What is applied last.</param>
    public void Apply(Tensor images, Matrix y, Activation activation = Activation.None)
    {
        long[] shape = images.shape;
        if (shape.Length != 4 || shape[1] != In || shape[2] != _geometry.Height || shape[3] != _geometry.Width)
        {
            throw new ArgumentException($"PackedConvolution: ({string.Join(", ", shape)}) stands where (images, {In}, {_geometry.Height}, {_geometry.Width}) is needed.", nameof(images));
        }

        Shapes.Are(y, shape[0] * _geometry.OutputPixels, Out);

        using var eager = Eager.Begin();
        Apply(images.to(y.Type, y.Tensor.device), y, activation, null);
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    private void Apply(Tensor channelsFirst, Matrix y, Activation activation, Tensor? residual)
    {
        long stride = _geometry.Stride;
        long padding = _geometry.Padding;
        Tensor sum = nn.functional.conv2d(
            channelsFirst, _weight, _bias, strides: [stride, stride], padding: [padding, padding], groups: _geometry.Groups);
        sum = sum.permute(0, 2, 3, 1).reshape(y.Rows, y.Columns);
        if (residual is not null) sum = sum + residual;
        y.Tensor.copy_(Fused.Activated(sum, activation));
    }
}
