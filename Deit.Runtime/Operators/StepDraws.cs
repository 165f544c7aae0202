using Deit.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Operators;

/// <summary>
/// What a step draws: the factors of stochastic depth, one for each branch and image, and a number for each dropout. It is drawn before
/// the step, so that its kernels draw nothing, from torch's generator and in the order in which the model's own <see cref="DropPath"/>
/// and <see cref="SeededDropout"/> modules would.
/// </summary>
internal sealed class StepDraws : IDisposable
{
    private readonly Dictionary<string, Branch> _branches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DropoutDraw> _dropouts = new(StringComparer.Ordinal);
    private readonly string[] _order;
    private readonly Tensor _factors;

    /// <summary>Makes factors of 1.</summary>
    /// <param name="model">The model whose branches are scaled.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="type">The type of the model's values: it takes part in the draw.</param>
    /// <param name="device">The model's device.</param>
    public StepDraws(nn.Module model, long batch, ScalarType type, Device device)
    {
        (string Name, nn.Module Module)[] modules = [.. Drawing(model)];
        _order = [.. modules.Select(static entry => entry.Name)];
        _factors = ones([Math.Max(1, modules.Count(static entry => entry.Module is DropPath)) * batch], dtype: type, device: device).DetachFromDisposeScope();
        foreach ((string name, nn.Module module) in modules)
        {
            if (module is SeededDropout dropout) _dropouts.Add(name, new(dropout));
            else _branches.Add(name, new((DropPath)module, new Matrix(_factors, _branches.Count * batch, batch, 1)));
        }
    }

    /// <summary>The factors of a branch, one for each image.</summary>
    /// <param name="name">The name of its <see cref="DropPath"/> in the model.</param>
    public Matrix FactorsOf(string name) => _branches[name].Factors;

    /// <summary>What a branch is left out of.</summary>
    /// <param name="name">The name of its <see cref="DropPath"/> in the model.</param>
    public DropPathMode ModeOf(string name) => _branches[name].Module.Mode;

    /// <summary>What a dropout draws.</summary>
    /// <param name="name">The name of its <see cref="SeededDropout"/> in the model.</param>
    public DropoutDraw DropoutOf(string name) => _dropouts[name];

    /// <summary>
    /// Draws for the next step. Factors are 0 with the branch's rate while it trains, and what keeps the expectation otherwise.
    /// </summary>
    /// <returns>The names of the branches whose factors are others than before.</returns>
    public List<string> Draw()
    {
        var changed = new List<string>();
        using IDisposable noGradient = no_grad();
        foreach (string name in _order)
        {
            if (_dropouts.TryGetValue(name, out DropoutDraw? dropout))
            {
                dropout.Refresh();
                continue;
            }

            Branch branch = _branches[name];
            double kept = 1 - branch.Module.Rate;
            bool drops = branch.Module.training && kept < 1;
            if (drops) Draw(branch, kept);
            else if (branch.WasDrawn) branch.Factors.Tensor.fill_(1);
            if (drops || branch.WasDrawn) changed.Add(name);
            branch.WasDrawn = drops;
        }

        return changed;
    }

    /// <summary>The modules that draw, in the order in which a model runs them; <c>named_modules</c> has what lies deeper after all that does not.</summary>
    private static IEnumerable<(string Name, nn.Module Module)> Drawing(nn.Module module, string path = "")
    {
        foreach ((string name, nn.Module child) in module.named_children())
        {
            if (child is DropPath or SeededDropout) yield return (path + name, child);
            else foreach ((string, nn.Module) inside in Drawing(child, $"{path}{name}.")) yield return inside;
        }
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
