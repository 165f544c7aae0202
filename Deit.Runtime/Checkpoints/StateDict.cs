using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>A module's parameters and persistent buffers by name, and their replacement by those of a checkpoint.</summary>
public static class StateDict
{
    /// <summary>The module's own tensors, not copies, in the order of their registration; they stay the module's to dispose.</summary>
    public static IReadOnlyDictionary<string, Tensor> Of(nn.Module module) => module.state_dict();

    /// <summary>
    /// Copies tensors in memory into the module's tensors of the same names, converting type and device. Either all are copied or,
    /// where an exception is thrown, none. Files are better loaded by <see cref="Weights"/>, which need not be in memory first.
    /// </summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="entries">Tensors by name; they stay the caller's.</param>
    /// <param name="strict">
    /// Whether names that only one side has are refused. Shapes must agree in any case, and at least one name. The counters of
    /// batch norms (<c>num_batches_tracked</c>) may always be missing, since checkpoints of before PyTorch 0.4.1 have none, and
    /// may be stored as scalars or as vectors of one element.
    /// </param>
    /// <param name="source">What the entries are from, for messages: usually the path.</param>
    /// <exception cref="DeitException">Names or shapes disagree; the message lists the first of each and the nearest names.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> entries, bool strict, string source)
    {
        using var content = new TensorEntries(source, entries);
        var fit = new StateFit(Of(module), content);
        bool namesAgree = strict
            ? fit.Missing.IsEmpty && fit.Unexpected.IsEmpty
            : !fit.Shared.IsEmpty || fit.Missing.IsEmpty;
        if (!namesAgree || !fit.Misshapen.IsEmpty) throw fit.Refusal(module.GetName(), !namesAgree, fit.Misshapen);
        foreach (string name in fit.Shared) fit.Copy(name);
    }
}
