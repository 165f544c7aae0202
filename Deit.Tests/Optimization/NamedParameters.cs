using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Optimization;

/// <summary>A model that is nothing but its parameters and buffers.</summary>
internal sealed class NamedParameters() : nn.Module(nameof(NamedParameters))
{
    /// <summary>Adds a parameter, which takes the tensor over.</summary>
    public Parameter Add(string name, Tensor values, bool requiresGradient = true)
    {
        var parameter = new Parameter(values, requiresGradient);
        register_parameter(name, parameter);
        return parameter;
    }
}
