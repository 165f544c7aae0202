using Deit.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

/// <summary>What kernels are compared with, by libtorch's operators.</summary>
internal static class Oracle
{
    /// <summary>An activation.</summary>
    public static Tensor Activated(Tensor x, Activation activation) => activation switch
    {
        Activation.Relu => x.relu(),
        Activation.Silu => nn.functional.silu(x),
        Activation.Gelu => nn.functional.gelu(x),
        Activation.Sigmoid => x.sigmoid(),
        _ => x,
    };
}
