using System.Globalization;
using System.Text;
using System.Text.Json;
using Deit.Compiler;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>Writes specs as people write them.</summary>
internal static class SpecText
{
    private const string Indent = "    ";

    /// <summary>A file of <c>specs/models</c>.</summary>
    public static string Yaml(ImportedModel model)
    {
        string header = "# yaml-language-server: $schema=../schemas/model.schema.json\n# $schema: ../schemas/model.schema.json\n";
        string leftOut = model.LeftOut.IsEmpty ? "" : $"# Left out, since it changes nothing but training: {string.Join(", ", model.LeftOut)}.\n";
        return $"{header}# Imported from {Path.GetFileName(model.Source)}.\n{leftOut}"
            + Yaml(model.Spec.Name, model.Spec.Family, model.Spec.Description, model.Spec.Values.Entries, model.Preprocessing);
    }

    /// <summary>The keys of a spec, a line each.</summary>
    public static string Yaml(string name, string family, string? description, IEnumerable<SpecEntry> values, Preprocessing? preprocessing)
    {
        var text = new StringBuilder($"name: {name}\nfamily: {family}\n");
        if (description is not null) text.Append(CultureInfo.InvariantCulture, $"description: {description}\n");
        foreach (SpecEntry entry in values) text.Append(CultureInfo.InvariantCulture, $"{entry.Path}: {Scalar(entry.Value)}\n");
        if (preprocessing is null) return text.ToString();
        IEnumerable<string> keys = Keys(preprocessing).Select(static entry => $"{entry.Path}: {Scalar(entry.Value)}");
        return text.Append(CultureInfo.InvariantCulture, $"preprocessing: {{{string.Join(", ", keys)}}}\n").ToString();
    }

    /// <summary>An attribute over a partial class.</summary>
    public static string CSharp(ImportedModel model)
    {
        ModelSpec spec = model.Spec;
        IEnumerable<SpecEntry> entries = spec.Values.Entries.Concat(model.Preprocessing is { } preprocessing ? Keys(preprocessing) : []);
        IEnumerable<string> arguments = [
            $"Name = \"{spec.Name}\"",
            .. entries.Select(static entry => $"{Spelling.ToPascalCase(entry.Path)} = {Literal(entry.Value)}"),
        ];
        string attribute = Family.Find(spec.Family)!.AttributeName!["Deit.".Length..^"Attribute".Length];
        string leftOut = model.LeftOut.IsEmpty ? "" : $"// Left out, since it changes nothing but training: {string.Join(", ", model.LeftOut)}.\n";
        return $"""
            using Deit;

            namespace Models;

            {leftOut}[{attribute}(
            {Indent}{string.Join($",\n{Indent}", arguments)})]
            public partial class {spec.Target.Name};

            """.ReplaceLineEndings("\n");
    }

    /// <summary>What differs from the usual preprocessing.</summary>
    private static IEnumerable<SpecEntry> Keys(Preprocessing preprocessing)
    {
        Preprocessing usual = Preprocessing.Default;
        yield return new("crop_pct", preprocessing.CropPct);
        if (preprocessing.Interpolation != usual.Interpolation) yield return new("interpolation", preprocessing.Interpolation);
        if (!preprocessing.Mean.SequenceEqual(usual.Mean)) yield return new("mean", new EquatableArray<double>(preprocessing.Mean));
        if (!preprocessing.Std.SequenceEqual(usual.Std)) yield return new("std", new EquatableArray<double>(preprocessing.Std));
    }

    private static string Scalar(object value) => value switch
    {
        EquatableArray<long> list => $"[{string.Join(", ", list)}]",
        EquatableArray<double> list => $"[{string.Join(", ", list.Select(Spelling.Number))}]",
        double number => Spelling.Number(number),
        bool truth => truth ? "true" : "false",

        // What another file says is not trusted to be a plain word.
        string text => text.All(static character => char.IsAsciiLetterLower(character) || character == '_') ? text : $"\"{JsonEncodedText.Encode(text)}\"",
        _ => string.Format(CultureInfo.InvariantCulture, "{0}", value),
    };

    private static string Literal(object value) => value is string text ? $"\"{text}\"" : Scalar(value);
}
