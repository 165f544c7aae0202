using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Optimization;

/// <summary>Takes saved tensors over into those that train, all or none.</summary>
internal static class SavedTensors
{
    /// <summary>Copies the entry of every target.</summary>
    /// <param name="saved">What was saved; more entries than targets are no fault.</param>
    /// <param name="targets">The tensors to overwrite.</param>
    /// <param name="what">What is being read, for the message: <c>optimizer state</c>.</param>
    /// <exception cref="DeitException">An entry is missing or has another shape; nothing was changed then.</exception>
    public static void Copy(IReadOnlyDictionary<string, Tensor> saved, IReadOnlyDictionary<string, Tensor> targets, string what)
    {
        foreach ((string name, Tensor target) in targets)
        {
            if (!saved.TryGetValue(name, out Tensor? entry))
            {
                throw new DeitException($"The {what} has no entry '{name}'; it belongs to another model, load that of this one.");
            }

            if (!entry.shape.AsSpan().SequenceEqual(target.shape))
            {
                throw new DeitException(
                    $"Entry '{name}' of the {what} has shape ({string.Join(", ", entry.shape)}) where this model needs "
                    + $"({string.Join(", ", target.shape)}); load the {what} of this model.");
            }
        }

        using IDisposable noGradient = no_grad();
        foreach ((string name, Tensor target) in targets)
        {
            target.copy_(saved[name]);
        }
    }
}
