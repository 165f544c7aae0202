using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The layers of a model as inference uses them: their weights as they are now, laid out once, with what is folded into them. Every
/// batch size shares them.
/// </summary>
public sealed class PackedLayers : IDisposable
{
    // What PyTorch adds to the variance unless it is told otherwise.
    private const double BatchNormEpsilon = 1e-5;

    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, long First), IDisposable> _layers = [];

    /// <summary>Takes the tensors of a model.</summary>
    /// <param name="model">The model; all its parameters are on one device and of one type.</param>
    public PackedLayers(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        foreach ((string name, Tensor tensor) in model.named_parameters().Select(static entry => (entry.name, (Tensor)entry.parameter)).Concat(model.named_buffers()))
        {
            _tensors.Add(name, tensor);
        }
    }

    /// <summary>The model.</summary>
    internal nn.Module Model { get; }

    /// <summary>The model's tensors.</summary>
    internal IEnumerable<Tensor> Tensors => _tensors.Values;

    /// <summary>A linear layer, or a convolution whose patches are rows of a matrix.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="outputs">How many of its outputs.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="first">The first of the outputs.</param>
    /// <param name="folded">What it takes over.</param>
    internal PackedLinear Linear(string name, long outputs, long inputs, long first, Folding folded) => Once(name, first, () =>
    {
        Tensor weight = Double($"{name}.weight").view(-1, inputs).narrow(0, first, outputs);
        Tensor? bias = Has($"{name}.bias") ? Double($"{name}.bias").narrow(0, first, outputs) : null;
        (weight, bias) = Fold(weight, bias, folded);
        return new PackedLinear(weight.to_type(Type), bias?.to_type(Type));
    });

    /// <summary>A convolution.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="geometry">Its sizes.</param>
    /// <param name="folded">What it takes over.</param>
    internal PackedConvolution Convolution(string name, ConvolutionGeometry geometry, Folding folded) => Once(name, 0, () =>
    {
        Tensor kernels = Double($"{name}.weight");
        (Tensor weight, Tensor? bias) = Fold(kernels.view(kernels.shape[0], -1), Has($"{name}.bias") ? Double($"{name}.bias") : null, folded);
        return new PackedConvolution(weight.view(kernels.shape).to_type(Type), bias?.to_type(Type), geometry);
    });

    /// <summary>A batch normalisation, by its running statistics.</summary>
    /// <param name="name">The layer's name.</param>
    internal PackedScale BatchNorm(string name) => Once(name, 0, () =>
    {
        (Tensor scale, Tensor shift) = ScaleAndShift(name);
        return new PackedScale(scale.to_type(Type), shift.to_type(Type));
    });

    /// <summary>Frees all layers.</summary>
    public void Dispose()
    {
        foreach (IDisposable layer in _layers.Values) layer.Dispose();
        _layers.Clear();
    }

    private ScalarType Type => _tensors.Values.First().dtype;

    private T Once<T>(string name, long first, Func<T> make)
        where T : IDisposable
    {
        if (_layers.TryGetValue((name, first), out IDisposable? known)) return (T)known;
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        T layer = make();
        _layers.Add((name, first), layer);
        return layer;
    }

    /// <summary>The weight, (out, in), and the bias of a layer that does what is folded into it too.</summary>
    private (Tensor Weight, Tensor? Bias) Fold(Tensor weight, Tensor? bias, Folding folded)
    {
        if (folded.LayerNorm is { } norm)
        {
            // W (γ x + β) + b = (W γ) x + (W β + b)
            Tensor shift = weight.mv(Double($"{norm}.bias"));
            bias = bias is null ? shift : bias + shift;
            weight *= Double($"{norm}.weight");
        }

        if (folded.BatchNorm is { } following)
        {
            (Tensor scale, Tensor shift) = ScaleAndShift(following);
            weight *= scale.unsqueeze(1);
            bias = bias is null ? shift : bias * scale + shift;
        }

        if (folded.LayerScale is { } factors) (weight, bias) = Scaled(weight, bias, Double(factors));
        if (folded.Queries > 0)
        {
            Tensor divisors = ones([weight.shape[0]], float64, weight.device);
            divisors.narrow(0, 0, folded.Queries).fill_(1 / Math.Sqrt(folded.HeadWidth));
            (weight, bias) = Scaled(weight, bias, divisors);
        }

        return (weight, bias);
    }

    private static (Tensor Weight, Tensor? Bias) Scaled(Tensor weight, Tensor? bias, Tensor factors) =>
        (weight * factors.unsqueeze(1), bias is null ? null : bias * factors);

    /// <summary>γ (x - mean) / sqrt(variance + ε) + β as scale · x + shift.</summary>
    private (Tensor Scale, Tensor Shift) ScaleAndShift(string norm)
    {
        Tensor scale = Double($"{norm}.weight") / (Double($"{norm}.running_var") + BatchNormEpsilon).sqrt();
        return (scale, Double($"{norm}.bias") - (Double($"{norm}.running_mean") * scale));
    }

    private bool Has(string name) => _tensors.ContainsKey(name);

    // In double precision, so that what is folded is rounded once.
    private Tensor Double(string name) => _tensors.TryGetValue(name, out Tensor? tensor)
        ? tensor.detach().to_type(float64)
        : throw new ArgumentException($"The model has no tensor '{name}': its inference code was generated for another model.", nameof(name));
}
