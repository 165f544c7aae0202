using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace Deit.Compiler.Diagnostics;

/// <summary>
/// The fixes of a finding as properties of a Roslyn diagnostic, by which code fixes know what to write: <c>Fix.0.Heads</c> is
/// the value to which the first of them sets <c>Heads</c>.
/// </summary>
public static class FixProperties
{
    private const string Prefix = "Fix";

    /// <summary>The properties of a diagnostic with these fixes.</summary>
    public static ImmutableDictionary<string, string?> Of(IEnumerable<Fix> fixes) => fixes
        .Select(static (fix, i) => new KeyValuePair<string, string?>(string.Format(CultureInfo.InvariantCulture, "{0}.{1}.{2}", Prefix, i, fix.Path), fix.Value))
        .ToImmutableDictionary();

    /// <summary>The fixes of a diagnostic with these properties, in their order.</summary>
    public static ImmutableArray<Fix> Read(ImmutableDictionary<string, string?> properties) =>
        [.. properties
            .Where(static property => property.Key.StartsWith($"{Prefix}.", StringComparison.Ordinal))
            .Select(static property => (Parts: property.Key.Split(['.'], 3), Value: property.Value ?? ""))
            .OrderBy(static property => int.Parse(property.Parts[1], CultureInfo.InvariantCulture))
            .Select(static property => new Fix(property.Parts[2], property.Value))];
}
