using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;

namespace Deit.Generators.Attributes;

/// <summary>The places of syntax, as the compiler notes places.</summary>
internal static class SyntaxPlaces
{
    /// <summary>The place of a node.</summary>
    public static Place Of(SyntaxNode node) => Of(node.GetLocation());

    /// <summary>The place of a token.</summary>
    public static Place Of(SyntaxToken token) => Of(token.GetLocation());

    private static Place Of(Location location)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        return new(
            lines.Path, location.SourceSpan.Start, location.SourceSpan.Length,
            lines.StartLinePosition.Line, lines.StartLinePosition.Character, lines.EndLinePosition.Line, lines.EndLinePosition.Character);
    }
}
