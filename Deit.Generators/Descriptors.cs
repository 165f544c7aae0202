using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Microsoft.CodeAnalysis;

namespace Deit.Generators;

/// <summary>The compiler's rules as Roslyn knows rules.</summary>
internal static class Descriptors
{
    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> ById =
        Rules.All.ToImmutableDictionary(static rule => rule.Id, Describe);

    /// <summary>The descriptor of a rule.</summary>
    public static DiagnosticDescriptor Of(Rule rule) => ById[rule.Id];

    // There is no help link: a link is an address on the web, and the project has none yet.
#pragma warning disable RS2008 // Release tracking reads literals; the rules stand in Deit.Compiler, where docs/diagnostics is tested against them.
    private static DiagnosticDescriptor Describe(Rule rule) =>
        new(rule.Id, rule.Title, "{0}", "Deit", DiagnosticSeverity.Error, isEnabledByDefault: true, description: $"{rule.HelpPage} in Deit's repository says why, and shows how to mend it.");
#pragma warning restore RS2008
}
