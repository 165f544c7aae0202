using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>What operators of libtorch run in where there is no kernel: nothing is recorded for autograd, and no tensor outlives it.</summary>
internal readonly struct Eager : IDisposable
{
    private readonly DisposeScope _scope;
    private readonly IDisposable _noGradient;

    private Eager(DisposeScope scope, IDisposable noGradient)
    {
        _scope = scope;
        _noGradient = noGradient;
    }

    /// <summary>Begins one.</summary>
    public static Eager Begin() => new(NewDisposeScope(), no_grad());

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        _noGradient.Dispose();
        _scope.Dispose();
    }
}
