using Deit.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// The factors of stochastic depth of a step, one for each branch and image: drawn before the step, so that its kernels draw
/// nothing, from torch's generator and in the order in which the model's own <see cref="DropPath"/> modules would.
/// </summary>
internal sealed class DropPathDraws : IDisposable
{
    private readonly Dictionary<string, Branch> _branches = new(StringComparer.Ordinal);
    private readonly Tensor _factors;

    /// <summary>Makes factors of 1.</summary>
    /// <param name="model">The model whose branches are scaled.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="type">The type of the model's values: it takes part in the draw.</param>
    /// <param name="device">The model's device.</param>
    public DropPathDraws(nn.Module model, long batch, ScalarType type, Device device)
    {
        (string Name, DropPath Module)[] modules = [.. model.named_modules()
            .Where(static entry => entry.module is DropPath)
            .Select(static entry => (entry.name, (DropPath)entry.module))];
        _factors = ones([Math.Max(1, modules.Length) * batch], dtype: type, device: device).DetachFromDisposeScope();
        for (int index = 0; index < modules.Length; index++)
        {
            _branches.Add(modules[index].Name, new(modules[index].Module, new Matrix(_factors, index * batch, batch, 1)));
        }
    }

    /// <summary>The factors of a branch, one for each image.</summary>
    /// <param name="name">The name of its <see cref="DropPath"/> in the model.</param>
    public Matrix this[string name] => _branches[name].Factors;

    /// <summary>What a branch is left out of.</summary>
    /// <param name="name">The name of its <see cref="DropPath"/> in the model.</param>
    public DropPathMode ModeOf(string name) => _branches[name].Module.Mode;

    /// <summary>Draws the factors of the next step: 0 with the branch's rate while it trains, what keeps the expectation otherwise.</summary>
    /// <returns>The names of the branches whose factors are others than before.</returns>
    public List<string> Draw()
    {
        var changed = new List<string>();
        using IDisposable noGradient = no_grad();
        foreach ((string name, Branch branch) in _branches)
        {
            double kept = 1 - branch.Module.Rate;
            bool drops = branch.Module.training && kept < 1;
            if (drops) Draw(branch, kept);
            else if (branch.WasDrawn) branch.Factors.Tensor.fill_(1);
            if (drops || branch.WasDrawn) changed.Add(name);
            branch.WasDrawn = drops;
        }

        return changed;
    }

    private static void Draw(Branch branch, double kept)
    {
        using DisposeScope scope = NewDisposeScope();
        if (branch.Module.Mode == DropPathMode.Sample)
        {
            branch.Factors.Tensor.bernoulli_(kept).div_(kept);
            return;
        }

        Tensor factor = empty([1, 1], dtype: branch.Factors.Type, device: branch.Factors.Tensor.device).bernoulli_(kept).div_(kept);
        branch.Factors.Tensor.copy_(factor.expand(branch.Factors.Rows, 1));
    }

    /// <summary>Frees the factors.</summary>
    public void Dispose()
    {
        foreach (Branch branch in _branches.Values)
        {
            branch.Factors.Dispose();
        }

        _factors.Dispose();
    }

    private sealed record Branch(DropPath Module, Matrix Factors)
    {
        /// <summary>Whether the last step dropped images: at rate 0, nothing is done for a step.</summary>
        public bool WasDrawn { get; set; }
    }
}
