using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Families;
using YamlDotNet.RepresentationModel;

namespace Deit.Compiler.Specs;

/// <summary>Makes model declarations of what front ends read.</summary>
public static class ModelReader
{
    private static readonly Regex ModelName = new("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", RegexOptions.CultureInvariant);
    private static readonly Regex ClassName = new("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.CultureInvariant);

    /// <summary>Reads a YAML file that declares a model.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="text">Its text.</param>
    /// <param name="defaultNamespace">The namespace of the generated class.</param>
    public static ModelDeclaration ReadYaml(string path, string text, string defaultNamespace)
    {
        YamlFile file = YamlFile.Read(path, text);
        if (file.Root is null) return new(null, new(Dialect.Yaml, Place.StartOf(path), default), file.Findings, path);

        string? familyName = file.Root.Children.TryGetValue(new YamlScalarNode("family"), out YamlNode? node) ? (node as YamlScalarNode)?.Value : null;
        // Where the family is unknown, only the keys that all families have can be checked.
        Family? family = Family.Find(familyName ?? "");
        TableReading reading = TableReader.Read(file, file.Root, family?.Schema ?? AnyFamily(file.Root), "family");
        var findings = reading.Findings.ToList();

        string name = reading.Table.TextOrNull("name") ?? "";
        string className = reading.Table.TextOrNull("class") ?? Spelling.ToPascalCase(name);
        findings.AddRange(CheckNames(name, reading.Table.States("class") ? className : null, reading.Places));
        ModelSpec? spec = findings.Count > 0 || family is null ? null : new(
            name, family.Name, reading.Table.TextOrNull("description"), new(defaultNamespace, className, "public"), OwnValues(family, reading.Table));
        return Checked(spec, reading.Places, [.. findings], path);
    }

    /// <summary>Makes a declaration of values that another front end read.</summary>
    /// <param name="family">The family.</param>
    /// <param name="target">The class it becomes.</param>
    /// <param name="table">The values, read against the family's schema.</param>
    /// <param name="places">Where they are written.</param>
    /// <param name="findings">What that front end found already.</param>
    /// <param name="file">The path of the file the declaration is in.</param>
    public static ModelDeclaration Read(Family family, TypeTarget target, SpecTable table, PlaceMap places, ImmutableArray<Finding> findings, string file)
    {
        string name = table.TextOrNull("name") ?? Spelling.ToSnakeCase(target.Name);
        ImmutableArray<Finding> all = [.. findings, .. CheckNames(name, null, places)];
        ModelSpec? spec = all.Length > 0 ? null : new(name, family.Name, table.TextOrNull("description"), target, OwnValues(family, table));
        return Checked(spec, places, all, file);
    }

    private static ModelDeclaration Checked(ModelSpec? spec, PlaceMap places, ImmutableArray<Finding> findings, string file)
    {
        if (spec is not null) findings = [.. findings, .. Family.Find(spec.Family)!.Check(spec.Values).Select(finding => finding.At(places))];
        return new(findings.Length == 0 ? spec : null, places, new(findings), file);
    }

    private static ImmutableArray<Finding> CheckNames(string name, string? className, PlaceMap places)
    {
        var findings = ImmutableArray.CreateBuilder<Finding>();
        if (name.Length > 0 && !ModelName.IsMatch(name))
        {
            findings.Add(new SpecFinding(Rules.ValueNotAccepted, "name", $"{{name}}: '{name}' is not a model's name; it is made of lower-case words and digits joined by underscores, such as '{Spelling.ToModelName(name)}'").At(places));
        }

        if (className is not null && !ClassName.IsMatch(className))
        {
            findings.Add(new SpecFinding(Rules.ValueNotAccepted, "class", $"{{class}}: '{className}' is not the name of a class").At(places));
        }

        return findings.ToImmutable();
    }

    /// <summary>The family's own keys: those that say what is declared where are fields of the spec.</summary>
    private static SpecTable OwnValues(Family family, SpecTable table) =>
        SpecTable.Create(new Schema(family.Schema.Title, family.Keys), table.Entries.Where(entry => !ModelKeys.All.Any(key => key.Name == entry.Path)));

    private static Schema AnyFamily(YamlMappingNode root)
    {
        ImmutableArray<Key> unknown = [.. root.Children.Keys
            .OfType<YamlScalarNode>()
            .Select(static key => key.Value ?? "")
            .Where(static name => !ModelKeys.All.Any(key => key.Name == name) && Family.All.Any(family => family.Schema.Find(name) is not null))
            .Select(static name => Family.All.Select(family => family.Schema.Find(name)).First(static key => key is not null)!)];
        return new("a model", [.. ModelKeys.All, .. unknown]);
    }
}
