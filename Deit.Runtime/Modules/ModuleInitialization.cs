using TorchSharp;
using TorchSharp.Modules;

namespace Deit.Modules;

/// <summary>First values of whole modules, in the form that generated constructors use: each method returns its module.</summary>
public static class ModuleInitialization
{
    /// <summary>Weights from a normal distribution cut at ±2, biases 0 (timm and DeiT, for transformers).</summary>
    public static Linear TruncatedNormal(this Linear module, double standardDeviation)
    {
        Initialization.TruncatedNormal(module.weight, standardDeviation);
        if (module.bias is { } bias) Initialization.Zero(bias);
        return module;
    }

    /// <summary>Values from a normal distribution cut at ±2: tokens and position embeddings.</summary>
    public static Parameter TruncatedNormal(this Parameter parameter, double standardDeviation)
    {
        Initialization.TruncatedNormal(parameter, standardDeviation);
        return parameter;
    }

    /// <summary>Weights from a normal distribution, biases 0.</summary>
    public static Linear Normal(this Linear module, double standardDeviation)
    {
        Initialization.Normal(module.weight, standardDeviation);
        if (module.bias is { } bias) Initialization.Zero(bias);
        return module;
    }

    /// <summary>Weights from a normal distribution of variance 2 / fan-out, biases 0 (He et al., arXiv 1502.01852, section 2.2).</summary>
    public static Conv2d FanOutNormal(this Conv2d module)
    {
        Initialization.FanOutNormal(module.weight, checked((int)module.groups));
        if (module.bias is { } bias) Initialization.Zero(bias);
        return module;
    }

    /// <summary>Weights from a uniform distribution that ends at ±1 / sqrt(outputs), biases 0 (EfficientNet's classifier, as timm and its authors' code have it).</summary>
    public static Linear FanOutUniform(this Linear module)
    {
        Initialization.Uniform(module.weight, 1 / Math.Sqrt(module.weight.shape[0]));
        if (module.bias is { } bias) Initialization.Zero(bias);
        return module;
    }

    /// <summary>Scale 0, so that a residual branch begins as nothing (Goyal et al., arXiv 1706.02677, section 5.1).</summary>
    public static BatchNorm2d ZeroScale(this BatchNorm2d module)
    {
        Initialization.Zero(module.weight!);
        return module;
    }
}
