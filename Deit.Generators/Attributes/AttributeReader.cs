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
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.Attributes;

/// <summary>Reads a model's declaration from an attributed class.</summary>
internal static class AttributeReader
{
    /// <summary>Whether a node can carry the attribute at all.</summary>
    public static bool IsTypeDeclaration(SyntaxNode node, CancellationToken token) => node is ClassDeclarationSyntax;

    /// <summary>Reads one declaration.</summary>
    public static ModelDeclaration Read(Family family, GeneratorAttributeSyntaxContext context, CancellationToken token)
    {
        AttributeData attribute = context.Attributes[0];
        var syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(token);
        var declaration = (ClassDeclarationSyntax)context.TargetNode;
        var type = (INamedTypeSymbol)context.TargetSymbol;
        Schema schema = AttributeSchema(family);

        var entries = new List<SpecEntry>();
        var places = new List<KeyPlace>();
        var findings = ImmutableArray.CreateBuilder<Finding>();
        foreach (AttributeArgumentSyntax argument in syntax.ArgumentList?.Arguments ?? default)
        {
            string name = argument.NameEquals?.Name.Identifier.ValueText ?? "";
            Key? key = schema.Find(Spelling.ToSnakeCase(name));
            if (key is null) continue; // The C# compiler has reported it.

            places.Add(new(key.Name, PlaceOf(argument.NameEquals!.Name), PlaceOf(argument.Expression)));
            places.AddRange(Elements(argument.Expression).Select((element, i) => new KeyPlace($"{key.Name}.{i.ToString(CultureInfo.InvariantCulture)}", places[places.Count - 1].Key, PlaceOf(element))));
            if (attribute.NamedArguments.FirstOrDefault(pair => pair.Key == name).Value is not { Kind: not TypedConstantKind.Error } constant) continue;
            if (Convert(key, constant) is not { } value) continue;

            if (Values.Refuse(key, value) is { } reason) findings.Add(new(Rules.ValueNotAccepted, PlaceOf(argument.Expression), $"{name}: {reason}"));
            else entries.Add(new(key.Name, value));
        }

        findings.AddRange(schema.Keys
            .Where(key => key.Required && !places.Any(place => place.Path == key.Name))
            .Select(key => new Finding(Rules.MissingKey, PlaceOf(syntax.Name), $"'{Spelling.Key(key.Name, Dialect.CSharp)}' is missing: {key.Description}")));
        findings.AddRange(CheckClass(declaration, type));

        string space = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();
        string accessibility = type.DeclaredAccessibility == Accessibility.Public ? "public" : "internal";
        return ModelReader.Read(
            family,
            new(space, type.Name, accessibility),
            SpecTable.Create(schema, entries),
            new(Dialect.CSharp, PlaceOf(syntax.Name), new(places)),
            findings.ToImmutable(),
            declaration.SyntaxTree.FilePath);
    }

    /// <summary>The keys that an attribute takes: the family is the attribute itself, the class is the one it stands on.</summary>
    private static Schema AttributeSchema(Family family) => new(
        family.Schema.Title,
        [.. family.Schema.Keys
            .Where(static key => key.Name is not ("family" or "class"))
            .Select(static key => key.Name == "name" ? key with { Required = false } : key)]);

    private static IEnumerable<Finding> CheckClass(ClassDeclarationSyntax declaration, INamedTypeSymbol type)
    {
        Place place = PlaceOf(declaration.Identifier.GetLocation());
        if (!declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            yield return new(Rules.ClassNotPartial, place, $"'{type.Name}' must be partial, so that its module can be generated: 'partial class {type.Name}'");
        }

        string? obstacle = type switch
        {
            { ContainingType: not null } => "is nested in another class",
            { IsGenericType: true } => "is generic",
            { IsStatic: true } => "is static",
            { IsAbstract: true } => "is abstract",
            { IsRecord: true } => "is a record",
            { IsFileLocal: true } => "is local to its file",
            { BaseType.SpecialType: not SpecialType.System_Object } => $"has a base class, '{type.BaseType!.Name}'",
            _ => null,
        };
        if (obstacle is not null)
        {
            yield return new(Rules.UnsupportedClass, place, $"'{type.Name}' {obstacle}; declare a model on a plain class of a namespace: 'public partial class {type.Name};'");
        }
    }

    private static object? Convert(Key key, TypedConstant constant) => key.Kind switch
    {
        ValueKind.Integers => constant.IsNull ? null : new EquatableArray<long>(constant.Values.Select(static item => System.Convert.ToInt64(item.Value, CultureInfo.InvariantCulture))),
        _ when constant.Value is null => null,
        ValueKind.Integer => System.Convert.ToInt64(constant.Value, CultureInfo.InvariantCulture),
        ValueKind.Number => System.Convert.ToDouble(constant.Value, CultureInfo.InvariantCulture),
        _ => constant.Value,
    };

    private static IEnumerable<SyntaxNode> Elements(ExpressionSyntax expression) => expression switch
    {
        CollectionExpressionSyntax list => list.Elements,
        ArrayCreationExpressionSyntax { Initializer: { } items } => items.Expressions,
        ImplicitArrayCreationExpressionSyntax array => array.Initializer.Expressions,
        _ => [],
    };

    private static Place PlaceOf(SyntaxNode node) => PlaceOf(node.GetLocation());

    private static Place PlaceOf(Location location)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        return new(
            lines.Path, location.SourceSpan.Start, location.SourceSpan.Length,
            lines.StartLinePosition.Line, lines.StartLinePosition.Character, lines.EndLinePosition.Line, lines.EndLinePosition.Character);
    }
}
