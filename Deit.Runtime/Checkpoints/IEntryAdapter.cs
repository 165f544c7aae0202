using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>
/// Makes entries fit that have another shape than the model's: a position embedding of another image size, a head of another
/// number of classes.
/// </summary>
public interface IEntryAdapter
{
    /// <summary>Adapts an entry; called before anything is copied, within a dispose scope.</summary>
    /// <param name="name">The entry's name, in timm's terms.</param>
    /// <param name="entry">The entry, on the CPU, of the type it is stored in.</param>
    /// <param name="target">The model's tensor, of another shape; not to be written to.</param>
    /// <param name="adapted">
    /// What to copy into <paramref name="target"/>, of its shape; <paramref name="target"/> itself to leave it as it was initialised.
    /// </param>
    /// <returns>Whether the entry could be adapted; where it could not, it counts as misshapen.</returns>
    bool TryAdapt(string name, Tensor entry, Tensor target, out Tensor adapted);
}
