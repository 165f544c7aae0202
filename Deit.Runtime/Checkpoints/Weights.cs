using System.Collections.Immutable;
using Deit.Checkpoints.Naming;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>Loads weight files, of any format and naming, into models.</summary>
/// <remarks>
/// Names and shapes are compared before anything is copied, so that a file that does not fit leaves the model as it was; only a disk
/// that fails later can leave it half loaded. The elements are read tensor by tensor straight into the model's memory: beside the
/// model, a load takes a few megabytes, however large the file is.
/// </remarks>
public static class Weights
{
    /// <summary>Loads a file under whichever names it has.</summary>
    /// <param name="model">The model to fill, on any device and of any type.</param>
    /// <param name="path">A safetensors file or a PyTorch checkpoint.</param>
    /// <param name="options">How to load; null is strictly.</param>
    /// <exception cref="DeitException">The file is malformed, or does not fit.</exception>
    public static WeightsReport Load(IVisionModel model, string path, WeightsOptions? options = null)
    {
        using WeightFile file = Open(path, options?.Key);
        return Load(model.Module, file, options);
    }

    /// <summary>Opens a file of any format; its tensors have timm's names, whichever names they have in the file.</summary>
    /// <param name="path">A safetensors file or a PyTorch checkpoint.</param>
    /// <param name="key">Which dictionary of a PyTorch checkpoint to take; null finds the usual ones.</param>
    /// <exception cref="DeitException">The file is malformed.</exception>
    public static WeightFile Open(string path, string? key = null)
    {
        WeightFile file = WeightFile.Open(path, key);
        try
        {
            return NamingScheme.ToTimm(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Loads an open file under the names it has.</summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="file">The file, which stays open.</param>
    /// <param name="options">How to load; null is strictly.</param>
    /// <exception cref="DeitException">The file does not fit; the message lists the first of each kind of fault.</exception>
    public static WeightsReport Load(nn.Module module, WeightFile file, WeightsOptions? options = null)
    {
        options ??= new();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        IReadOnlyDictionary<string, Tensor> targets = StateDict.Of(module);
        var fit = new StateFit(targets, file);
        Dictionary<string, Tensor> adapted = Adapt(fit, targets, file, options.Adapter);
        ImmutableArray<string> misshapen = [.. fit.Misshapen.Where(name => !adapted.ContainsKey(name))];
        ImmutableArray<string> loaded = [.. fit.Shared.Except(fit.Misshapen)];

        bool fits = options.Strict
            ? fit.Missing.IsEmpty && fit.Unexpected.IsEmpty && misshapen.IsEmpty
            : loaded.Length + adapted.Count > 0 || targets.Count == 0;
        if (!fits) throw fit.Refusal(module.GetName(), names: true, misshapen);

        foreach (string name in loaded) fit.Copy(name);
        foreach ((string name, Tensor tensor) in adapted)
        {
            if (!ReferenceEquals(tensor, targets[name])) targets[name].copy_(tensor);
        }

        return new()
        {
            Format = file.Format,
            Loaded = loaded,
            Adapted = [.. adapted.Keys],
            Missing = fit.Missing,
            Unexpected = fit.Unexpected,
            Misshapen = [.. misshapen.Select(fit.Describe)],
            Ignored = file.Ignored,
        };
    }

    private static Dictionary<string, Tensor> Adapt(
        StateFit fit, IReadOnlyDictionary<string, Tensor> targets, WeightFile file, IEntryAdapter? adapter)
    {
        var adapted = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        if (adapter is null) return adapted;
        foreach (string name in fit.Misshapen)
        {
            Tensor target = targets[name];
            if (!adapter.TryAdapt(name, file.Read(name), target, out Tensor tensor)) continue;
            if (!tensor.shape.AsSpan().SequenceEqual(target.shape))
            {
                throw new InvalidOperationException(
                    $"The adapter made {EntryText.Shape(tensor.shape)} of {EntryText.Quote(name)}; the model's is {EntryText.Shape(target.shape)}.");
            }

            adapted.Add(name, tensor);
        }

        return adapted;
    }
}
