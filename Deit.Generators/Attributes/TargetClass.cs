using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.Attributes;

/// <summary>The class that an attribute stands on: what the generator needs to know of it, and whether it can be completed.</summary>
internal static class TargetClass
{
    /// <summary>Describes the class.</summary>
    public static TypeTarget Of(INamedTypeSymbol type) => new(
        type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
        new(ContainingTypes(type).Select(Declaration)),
        type.Name,
        type.DeclaredAccessibility == Accessibility.Public ? "public" : "internal");

    /// <summary>Why the class cannot be completed.</summary>
    public static IEnumerable<Finding> Check(ClassDeclarationSyntax declaration, INamedTypeSymbol type)
    {
        Place place = SyntaxPlaces.Of(declaration.Identifier);
        if (!declaration.Modifiers.Any(SyntaxKind.PartialKeyword))
        {
            yield return new(Rules.ClassNotPartial, place, $"'{type.Name}' must be partial, so that its module can be generated: 'partial class {type.Name}'");
        }

        foreach (TypeDeclarationSyntax outer in declaration.Ancestors().OfType<TypeDeclarationSyntax>().Where(static outer => !outer.Modifiers.Any(SyntaxKind.PartialKeyword)))
        {
            yield return new(Rules.ClassNotPartial, SyntaxPlaces.Of(outer.Identifier), $"'{outer.Identifier.ValueText}' must be partial, so that '{type.Name}' in it can be completed");
        }

        if (Obstacle(type) is { } obstacle)
        {
            yield return new(Rules.UnsupportedClass, place, $"'{type.Name}' {obstacle}; declare a model on a plain class: 'public partial class {type.Name};'");
        }
    }

    private static string? Obstacle(INamedTypeSymbol type) => type switch
    {
        { IsGenericType: true } when type.TypeParameters.Length > 0 => "is generic",
        _ when ContainingTypes(type).Any(static outer => outer.TypeParameters.Length > 0) => "is nested in a generic type",
        { IsStatic: true } => "is static",
        { IsAbstract: true } => "is abstract",
        { IsRecord: true } => "is a record",
        { IsFileLocal: true } => "is local to its file",
        { DeclaredAccessibility: not (Accessibility.Public or Accessibility.Internal) } => "is not visible in its assembly",
        _ when ContainingTypes(type).Any(static outer => outer.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal)) => "is nested in a type that is not visible in its assembly",
        { BaseType.SpecialType: not SpecialType.System_Object } => $"has a base class, '{type.BaseType!.Name}'",
        _ => null,
    };

    private static ImmutableArray<INamedTypeSymbol> ContainingTypes(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? [.. ContainingTypes(outer), outer] : [];

    private static string Declaration(INamedTypeSymbol type)
    {
        string keyword = type switch
        {
            { IsRecord: true, TypeKind: TypeKind.Struct } => "record struct",
            { IsRecord: true } => "record",
            { TypeKind: TypeKind.Struct } => "struct",
            { TypeKind: TypeKind.Interface } => "interface",
            _ => "class",
        };
        return $"{keyword} {(SyntaxFacts.GetKeywordKind(type.Name) == SyntaxKind.None ? "" : "@")}{type.Name}";
    }
}
