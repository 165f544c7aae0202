using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using Deit.Compiler;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.Attributes;

/// <summary>Reads a model's declaration from an attributed class.</summary>
internal static class AttributeReader
{
    // HeadsPerBlock = [3, 4] says in C# what heads: [3, 4] says in YAML.
    private const string PerBlock = "PerBlock";

    /// <summary>Whether a node can carry the attribute at all.</summary>
    public static bool IsTypeDeclaration(SyntaxNode node, CancellationToken token) => node is ClassDeclarationSyntax;

    /// <summary>Reads one declaration.</summary>
    public static RawDeclaration Read(Family family, GeneratorAttributeSyntaxContext context, CancellationToken token)
    {
        AttributeData attribute = context.Attributes[0];
        var syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(token);
        var declaration = (ClassDeclarationSyntax)context.TargetNode;
        var type = (INamedTypeSymbol)context.TargetSymbol;

        List<RawEntry> entries = [new("family", new RawScalar(family.Name, false))];
        var places = new List<KeyPlace>();
        foreach (AttributeArgumentSyntax argument in syntax.ArgumentList?.Arguments ?? default)
        {
            string property = argument.NameEquals?.Name.Identifier.ValueText ?? "";
            string key = Spelling.ToSnakeCase(property.EndsWith(PerBlock, System.StringComparison.Ordinal) ? property.Substring(0, property.Length - PerBlock.Length) : property);
            if (Value(argument.Expression, attribute.NamedArguments.FirstOrDefault(pair => pair.Key == property).Value) is not { } value) continue; // The C# compiler has reported it.

            Place place = SyntaxPlaces.Of(argument.NameEquals!.Name);
            places.Add(new(key, place, SyntaxPlaces.Of(argument.Expression)));
            places.AddRange(Elements(argument.Expression).Select((element, i) => new KeyPlace($"{key}.{i.ToString(CultureInfo.InvariantCulture)}", place, SyntaxPlaces.Of(element))));
            entries.RemoveAll(entry => entry.Key == key);
            entries.Add(new(key, value));
        }

        return new(
            declaration.SyntaxTree.FilePath,
            new(new(entries)),
            new(Dialect.CSharp, SyntaxPlaces.Of(syntax.Name), new(places)),
            new(TargetClass.Check(declaration, type)),
            TargetClass.Of(type));
    }

    private static RawValue? Value(ExpressionSyntax expression, TypedConstant constant)
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

    private static IEnumerable<SyntaxNode> Elements(ExpressionSyntax expression) => expression switch
    {
        CollectionExpressionSyntax list => list.Elements,
        ArrayCreationExpressionSyntax { Initializer: { } items } => items.Expressions,
        ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions,
        _ => [],
    };
}
