using System.Globalization;
using System.Text.RegularExpressions;

namespace Deit.Optimization;

/// <summary>
/// Layer-wise learning-rate decay (Clark et al., arXiv 2003.10555; for images Bao et al., arXiv 2106.08254): the earlier a layer, the
/// slower it learns. Layers are grouped as timm groups them.
/// </summary>
/// <remarks>
/// The stem (tokens, position and patch embeddings, or the first convolution) is the first layer, every block one, the norm that
/// follows the last block belongs to it, and all that is left, the heads, is the last layer.
/// </remarks>
public static partial class LayerDecay
{
    /// <summary>The factor of every parameter's learning rate: <c>decay</c> to the power of the layers that come after its own.</summary>
    /// <param name="names">The names of all parameters of the model, frozen ones too.</param>
    /// <param name="decay">The decay of a layer, greater than 0 and at most 1; BEiT's is 0.75 for its base model.</param>
    /// <exception cref="DeitException">The decay is out of range, or no block is found among the names.</exception>
    public static IReadOnlyDictionary<string, double> Scales(IReadOnlyCollection<string> names, double decay)
    {
        Check.Value("The layer decay", decay, decay is > 0 and <= 1, "greater than 0 and at most 1");
        IReadOnlyDictionary<string, int> layers = Layers(names);
        int last = layers.Values.Max();
        return layers.ToDictionary(static layer => layer.Key, layer => Math.Pow(decay, last - layer.Value), StringComparer.Ordinal);
    }

    /// <summary>The layer of every parameter, from 0.</summary>
    /// <param name="names">The names of all parameters of the model.</param>
    /// <exception cref="DeitException">No block is found among the names.</exception>
    public static IReadOnlyDictionary<string, int> Layers(IReadOnlyCollection<string> names)
    {
        if (!names.Any(static name => Block().IsMatch(name)))
        {
            throw new DeitException(
                "layer_decay needs a model of numbered blocks, such as blocks.0 or s1.b1; this one has none: take layer_decay 1.");
        }

        (int, int)[] blocks = [.. names.Where(static name => Block().IsMatch(name)).Select(BlockOf).Distinct().Order()];
        int first = names.Any(static name => Stem().IsMatch(name)) ? 1 : 0;
        return names.ToDictionary(
            static name => name,
            name => Stem().IsMatch(name) ? 0
                : Block().IsMatch(name) ? first + Array.BinarySearch(blocks, BlockOf(name))
                : AfterBlocks().IsMatch(name) ? first + blocks.Length - 1
                : first + blocks.Length,
            StringComparer.Ordinal);
    }

    /// <summary>Where a block stands: its stage and its place there, or its place alone.</summary>
    private static (int Stage, int Place) BlockOf(string name)
    {
        Match match = Block().Match(name);
        return (Number(match.Groups["stage"]), Number(match.Groups["place"]));
    }

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    // Vision transformers; RegNets; EfficientNets.
    [GeneratedRegex(@"^(cls_token|reg_token|dist_token|pos_embed|patch_embed|stem|conv_stem|bn1)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Stem();

    // blocks.PLACE of vision transformers, sSTAGE.bPLACE of RegNets, blocks.STAGE.PLACE of EfficientNets.
    [GeneratedRegex(@"^(blocks|s)\.?(?<stage>\d+)\.(b?(?<place>\d+)\.)?", RegexOptions.CultureInvariant)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(norm|conv_head|bn2)\b", RegexOptions.CultureInvariant)]
    private static partial Regex AfterBlocks();
}
