using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.Attributes;

/// <summary>An argument of an attribute as a front end reads values.</summary>
/// <param name="Property">The property that it sets.</param>
/// <param name="Value">Its value.</param>
/// <param name="Key">Where the property's name is written.</param>
/// <param name="Expression">The expression of the value.</param>
internal sealed record AttributeArgument(string Property, RawValue Value, Place Key, ExpressionSyntax Expression)
{
    /// <summary>The places of the value and of its items, under a dotted path.</summary>
    public IEnumerable<KeyPlace> Places(string path) => Items(Expression)
        .Select((item, i) => new KeyPlace($"{path}.{i.ToString(CultureInfo.InvariantCulture)}", Key, SyntaxPlaces.Of(item)))
        .Prepend(new(path, Key, SyntaxPlaces.Of(Expression)));

    /// <summary>The arguments of an attribute; those that the C# compiler refuses are left out.</summary>
    public static IEnumerable<AttributeArgument> Of(AttributeData attribute, CancellationToken token)
    {
        foreach (AttributeArgumentSyntax argument in Syntax(attribute, token).ArgumentList?.Arguments ?? default)
        {
            if (argument.NameEquals?.Name is not { } name) continue;
            string property = name.Identifier.ValueText;
            TypedConstant constant = attribute.NamedArguments.FirstOrDefault(pair => pair.Key == property).Value;
            if (Read(argument.Expression, constant) is { } value) yield return new(property, value, SyntaxPlaces.Of(name), argument.Expression);
        }
    }

    /// <summary>The attribute as it is written.</summary>
    public static AttributeSyntax Syntax(AttributeData attribute, CancellationToken token) => (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(token);

    private static RawValue? Read(ExpressionSyntax expression, TypedConstant constant)
    {
        // A class that this very generator is to make is unknown still: its name is all there is.
        if (expression is TypeOfExpressionSyntax typeOf) return new RawScalar(constant.Value is INamedTypeSymbol { TypeKind: not TypeKind.Error } type ? type.ToDisplayString() : SimpleName(typeOf.Type), false);
        if (constant.Kind == TypedConstantKind.Array) return constant.IsNull ? null : new RawList(new(constant.Values.Select(Scalar).OfType<RawValue>()));
        return Scalar(constant);
    }

    private static RawScalar? Scalar(TypedConstant constant) => constant.Kind == TypedConstantKind.Error ? null : constant.Value switch
    {
        null => null,
        bool truth => new(truth ? "true" : "false", true),
        string text => new(text, false),
        double number => new(Spelling.Number(number), true),
        System.IConvertible integer => new(integer.ToString(CultureInfo.InvariantCulture), true),
        _ => null,
    };

    private static string SimpleName(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => type.ToString(),
    };

    private static IEnumerable<SyntaxNode> Items(ExpressionSyntax expression) => expression switch
    {
        CollectionExpressionSyntax list => list.Elements,
        ArrayCreationExpressionSyntax { Initializer: { } items } => items.Expressions,
        ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions,
        _ => [],
    };
}
