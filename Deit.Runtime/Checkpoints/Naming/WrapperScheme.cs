using System.Collections.Immutable;

namespace Deit.Checkpoints.Naming;

/// <summary>The names of a module within a module that wraps it, all behind one prefix: <c>module.cls_token</c>.</summary>
/// <param name="prefix">The prefix, with its dot.</param>
/// <param name="wrapper">What wraps.</param>
internal sealed class WrapperScheme(string prefix, string wrapper) : NamingScheme
{
    /// <inheritdoc/>
    public override string Name => wrapper;

    /// <inheritdoc/>
    protected override bool IsUsedBy(ImmutableArray<string> names) =>
        names.Length > 0 && names.All(name => name.StartsWith(prefix, StringComparison.Ordinal));

    /// <inheritdoc/>
    protected override IEnumerable<RenamedTensor> Rename(ImmutableArray<string> names) =>
        names.Select(name => new RenamedTensor(name[prefix.Length..], name));
}
