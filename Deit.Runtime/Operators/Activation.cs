namespace Deit.Operators;

/// <summary>The function that a kernel applies to what it has made, in the same pass over memory.</summary>
public enum Activation
{
    /// <summary>None.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x / (1 + exp(-x)) (Elfwing et al., arXiv 1702.03118), also called swish.</summary>
    Silu,

    /// <summary>x Φ(x), exact (Hendrycks and Gimpel, arXiv 1606.08415).</summary>
    Gelu,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,
}
