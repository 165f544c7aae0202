using TorchSharp;
using static TorchSharp.torch;

namespace Deit;

/// <summary>A while in which a model is in evaluation and autograd records nothing; afterwards all is as it was.</summary>
internal sealed class Evaluating : IDisposable
{
    private readonly (nn.Module Module, bool Trains)[] _modes;
    private readonly IDisposable _noGradient;

    private Evaluating(nn.Module model)
    {
        // Module by module, those inside after what holds them: a model may train some of its layers and not others.
        _modes = [.. model.named_modules().Select(static entry => (entry.module, entry.module.training)).Prepend((model, model.training))];
        _noGradient = no_grad();
        model.eval();
    }

    /// <summary>Begins it.</summary>
    public static IDisposable Begin(nn.Module model) => new Evaluating(model);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((nn.Module module, bool trains) in _modes) module.train(trains);
        _noGradient.Dispose();
    }
}
