using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.CodeFixes;

/// <summary>A named argument of an attribute, or an item of the list that it is.</summary>
/// <param name="Name">The argument's name.</param>
/// <param name="Index">Which item, counted from 0; null for the argument itself.</param>
internal sealed record AttributeArgument(string Name, int? Index)
{
    // HeadsPerBlock = [3, 4] states item by item what Heads = 3 states at once.
    private const string PerBlock = "PerBlock";

    /// <summary>What a path names in an attribute, as findings spell it in C#: <c>EmbedDim</c>, <c>Widths.1</c>.</summary>
    public static AttributeArgument Find(AttributeSyntax attribute, string path)
    {
        string[] parts = path.Split('.');
        if (parts.Length == 1) return new(path, null);

        string list = Stated(attribute, parts[0] + PerBlock) is null ? parts[0] : parts[0] + PerBlock;
        return new(list, int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// The attribute in which it is <paramref name="value"/>, added where it was not stated; null where there is no such item.
    /// </summary>
    public AttributeSyntax? Set(AttributeSyntax attribute, string value)
    {
        if (Stated(attribute, Name) is not { } stated) return Index is null ? Add(attribute, value) : null;

        ExpressionSyntax? replaced = Index is { } index ? Items(stated.Expression).ElementAtOrDefault(index) : stated.Expression;
        return replaced is null ? null : attribute.ReplaceNode(replaced, SyntaxFactory.ParseExpression(value).WithTriviaFrom(replaced));
    }

    /// <summary>As C# writes it: <c>Widths[1]</c>.</summary>
    public override string ToString() => Index is { } index ? string.Format(CultureInfo.InvariantCulture, "{0}[{1}]", Name, index) : Name;

    private static AttributeArgumentSyntax? Stated(AttributeSyntax attribute, string name) =>
        attribute.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == name);

    private AttributeSyntax Add(AttributeSyntax attribute, string value)
    {
        AttributeArgumentSyntax argument = SyntaxFactory.AttributeArgument(SyntaxFactory.ParseExpression(value))
            .WithNameEquals(SyntaxFactory.NameEquals(Name).WithEqualsToken(
                SyntaxFactory.Token(SyntaxKind.EqualsToken).WithLeadingTrivia(SyntaxFactory.Space).WithTrailingTrivia(SyntaxFactory.Space)));
        AttributeArgumentListSyntax list = attribute.ArgumentList ?? SyntaxFactory.AttributeArgumentList();
        if (list.Arguments.Count == 0) return attribute.WithArgumentList(list.AddArguments(argument));

        // Behind what stands last, before the line break that may follow it.
        AttributeArgumentSyntax last = list.Arguments.Last();
        IEnumerable<AttributeArgumentSyntax> arguments =
        [
            .. list.Arguments.Take(list.Arguments.Count - 1),
            last.WithoutTrailingTrivia(),
            argument.WithTrailingTrivia(last.GetTrailingTrivia()),
        ];
        var comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
        return attribute.WithArgumentList(list.WithArguments(SyntaxFactory.SeparatedList(arguments, [.. list.Arguments.GetSeparators(), comma])));
    }

    private static IEnumerable<ExpressionSyntax> Items(ExpressionSyntax expression) => expression switch
    {
        CollectionExpressionSyntax list => list.Elements.OfType<ExpressionElementSyntax>().Select(static element => element.Expression),
        ArrayCreationExpressionSyntax { Initializer: { } items } => items.Expressions,
        ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions,
        _ => [],
    };
}
