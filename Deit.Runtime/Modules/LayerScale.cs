using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Deit.Modules;

/// <summary>
/// One learned factor a feature, at the end of a residual branch (Touvron et al., arXiv 2103.17239, section 2.1). Its state is
/// <c>gamma</c>, as in timm.
/// </summary>
public sealed class LayerScale : nn.Module<Tensor, Tensor>
{
    /// <summary>Makes the module.</summary>
    /// <param name="features">Number of features, the last dimension of what comes in.</param>
    /// <param name="initialValue">What every factor starts from.</param>
    public LayerScale(long features, double initialValue)
        : base(nameof(LayerScale))
    {
        Gamma = new Parameter(full(features, initialValue, device: CPU));
        RegisterComponents();
    }

    /// <summary>The factors, shape (features).</summary>
    [field: ComponentName(Name = "gamma")]
    public Parameter Gamma { get; }

    /// <summary>(…, features) → (…, features)</summary>
    public override Tensor forward(Tensor x) => x * Gamma;
}
