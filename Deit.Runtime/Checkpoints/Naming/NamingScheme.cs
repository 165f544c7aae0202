using System.Collections.Immutable;

namespace Deit.Checkpoints.Naming;

/// <summary>A way to name a model's tensors, and how its names become timm's.</summary>
internal abstract class NamingScheme
{
    // Wrappers come first, as they are the outermost part of a name; a compiled module may lie in a parallel one or around it.
    private static readonly ImmutableArray<NamingScheme> All =
    [
        new WrapperScheme("_orig_mod.", "torch.compile"),
        new WrapperScheme("module.", "DataParallel"),
        new WrapperScheme("_orig_mod.", "torch.compile"),
        new HuggingFaceScheme(),
        new LayerScaleScheme(),
    ];

    /// <summary>Whose names these are, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The file under timm's names: itself where it has them already, or else around it, closing it when closed.</summary>
    /// <exception cref="DeitException">Two tensors would get one name, or parts of a tensor do not go together.</exception>
    public static WeightFile ToTimm(WeightFile file)
    {
        foreach (NamingScheme scheme in All)
        {
            if (scheme.IsUsedBy(file.Names)) file = new RenamedWeightFile(file, scheme.Name, scheme.Rename(file.Names));
        }

        return file;
    }

    /// <summary>Whether a file uses these names.</summary>
    protected abstract bool IsUsedBy(ImmutableArray<string> names);

    /// <summary>timm's name of every tensor; a name that the scheme does not know stays.</summary>
    protected abstract IEnumerable<RenamedTensor> Rename(ImmutableArray<string> names);
}

/// <summary>A tensor under another name.</summary>
/// <param name="Name">Its new name.</param>
/// <param name="Parts">The tensors it is made of, one below the other along the first dimension.</param>
internal sealed record RenamedTensor(string Name, ImmutableArray<string> Parts)
{
    /// <summary>One tensor under another name.</summary>
    public RenamedTensor(string name, string part)
        : this(name, [part])
    {
    }
}
