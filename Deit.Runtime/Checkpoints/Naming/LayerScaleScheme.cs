using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Deit.Checkpoints.Naming;

/// <summary>
/// The names of DeiT III's own repository (facebookresearch/deit, models_v2.py), where the layer scales are parameters of the block:
/// <c>blocks.0.gamma_1</c> is timm's <c>blocks.0.ls1.gamma</c>.
/// </summary>
internal sealed partial class LayerScaleScheme : NamingScheme
{
    /// <inheritdoc/>
    public override string Name => "DeiT III";

    /// <inheritdoc/>
    protected override bool IsUsedBy(ImmutableArray<string> names) => names.Any(static name => Gamma().IsMatch(name));

    /// <inheritdoc/>
    protected override IEnumerable<RenamedTensor> Rename(ImmutableArray<string> names) =>
        names.Select(static name => new RenamedTensor(Gamma().Replace(name, "$1.ls$2.gamma"), name));

    [GeneratedRegex(@"^(blocks\.[0-9]+)\.gamma_([12])\z", RegexOptions.CultureInvariant)]
    private static partial Regex Gamma();
}
