using Deit.Compiler.Specs;

namespace Deit.Compiler.Graphs;

/// <summary>How the weights of an operator are drawn before training.</summary>
/// <param name="Code">The call that the generated code appends to the operator's construction.</param>
public sealed record Initialization(string Code)
{
    /// <summary>What PyTorch does by itself.</summary>
    public static Initialization Default { get; } = new("");

    /// <summary>Weights from a truncated normal distribution, biases 0: transformers (DeiT, timm).</summary>
    public static Initialization TruncatedNormal(double standardDeviation) => new($".TruncatedNormal({Spelling.Number(standardDeviation)})");

    /// <summary>Weights from a normal distribution, biases 0.</summary>
    public static Initialization Normal(double standardDeviation) => new($".Normal({Spelling.Number(standardDeviation)})");

    /// <summary>Weights from a normal distribution of variance 2 / fan-out, biases 0 (He et al., arXiv 1502.01852).</summary>
    public static Initialization FanOut { get; } = new(".FanOutNormal()");

    /// <summary>Weights from a uniform distribution that ends at ±1 / sqrt(fan-out), biases 0 (EfficientNet's classifier, arXiv 1905.11946).</summary>
    public static Initialization FanOutUniform { get; } = new(".FanOutUniform()");

    /// <summary>Scale 0: a residual branch that begins as nothing (Goyal et al., arXiv 1706.02677, section 5.1).</summary>
    public static Initialization ZeroScale { get; } = new(".ZeroScale()");
}
