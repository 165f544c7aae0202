using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.Attributes;

/// <summary>Reads a model's declaration from an attributed class.</summary>
internal sealed class AttributeReader
{
    // HeadsPerBlock = [3, 4] says in C# what heads: [3, 4] says in YAML.
    private const string PerBlock = "PerBlock";

    // An attribute for each of the weights says in C# what a list says in YAML.
    private const string WeightsAttribute = "Deit.PublishedWeightsAttribute";
    private const string WeightsKey = "weights";

    private readonly Schema _schema;
    private readonly List<RawEntry> _entries = [];
    private readonly List<KeyPlace> _places = [];

    private AttributeReader(Family family)
    {
        _schema = family.Schema;
        _entries.Add(new("family", new RawScalar(family.Name, false)));
    }

    /// <summary>Whether a node can carry the attribute at all.</summary>
    public static bool IsTypeDeclaration(SyntaxNode node, CancellationToken token) => node is ClassDeclarationSyntax;

    /// <summary>Reads one declaration.</summary>
    public static RawDeclaration Read(Family family, GeneratorAttributeSyntaxContext context, CancellationToken token)
    {
        AttributeData attribute = context.Attributes[0];
        var declaration = (ClassDeclarationSyntax)context.TargetNode;
        var type = (INamedTypeSymbol)context.TargetSymbol;

        var reader = new AttributeReader(family);
        reader.ReadModel(attribute, token);
        reader.ReadWeights(type.GetAttributes().Where(static other => other.AttributeClass?.ToDisplayString() == WeightsAttribute), token);
        return new(
            declaration.SyntaxTree.FilePath,
            new(new(reader._entries)),
            new(Dialect.CSharp, SyntaxPlaces.Of(AttributeArgument.Syntax(attribute, token).Name), new(reader._places)),
            new(TargetClass.Check(declaration, type)),
            TargetClass.Of(type));
    }

    private void ReadModel(AttributeData attribute, CancellationToken token)
    {
        foreach (AttributeArgument argument in AttributeArgument.Of(attribute, token))
        {
            string property = argument.Property;
            string key = Spelling.ToSnakeCase(property.EndsWith(PerBlock, StringComparison.Ordinal) ? property.Substring(0, property.Length - PerBlock.Length) : property);

            // What YAML nests in a table, attributes state beside the rest.
            if (_schema.Find(key) is null && _schema.Keys.FirstOrDefault(table => table.Table?.Find(key) is not null) is { } nesting)
            {
                var nested = (RawTable?)_entries.FirstOrDefault(entry => entry.Key == nesting.Name)?.Value;
                Set(nesting.Name, new RawTable(new((nested?.Entries ?? default).Append(new(key, argument.Value)))));
                _places.AddRange(argument.Places($"{nesting.Name}.{key}"));
            }
            else
            {
                Set(key, argument.Value);
                _places.AddRange(argument.Places(key));
            }
        }
    }

    private void ReadWeights(IEnumerable<AttributeData> attributes, CancellationToken token)
    {
        var tables = new List<RawValue>();
        foreach (AttributeData attribute in attributes)
        {
            string path = FormattableString.Invariant($"{WeightsKey}.{tables.Count}");
            Place place = SyntaxPlaces.Of(AttributeArgument.Syntax(attribute, token).Name);
            _places.Add(new(path, place, place));
            AttributeArgument[] arguments = [.. AttributeArgument.Of(attribute, token)];
            tables.Add(new RawTable(new(arguments.Select(static argument => new RawEntry(Spelling.ToSnakeCase(argument.Property), argument.Value)))));
            _places.AddRange(arguments.SelectMany(argument => argument.Places($"{path}.{Spelling.ToSnakeCase(argument.Property)}")));
        }

        if (tables.Count > 0) Set(WeightsKey, new RawList(new(tables)));
    }

    private void Set(string key, RawValue value)
    {
        _entries.RemoveAll(entry => entry.Key == key);
        _entries.Add(new(key, value));
    }
}
