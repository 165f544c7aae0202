using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Deit.Compiler.Specs;

/// <summary>Models in YAML: reading a declaration, and writing a resolved one.</summary>
public static class YamlModels
{
    private static readonly string[] Titles = ["family", "base", "name"];

    // What reads as the same scalar wherever it stands: numbers, truth values, names.
    private static readonly Regex Word = new(@"^[A-Za-z0-9_.+-]+\z", RegexOptions.CultureInvariant);

    /// <summary>Reads a file that declares a model.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="text">Its text.</param>
    /// <param name="defaultNamespace">The namespace of the generated class.</param>
    public static RawDeclaration Read(string path, string text, string defaultNamespace)
    {
        YamlFile file = YamlFile.Read(path, text);
        string className = file.Root?.FindText("class") ?? Spelling.ToPascalCase(file.Root?.FindText("name") ?? "");

        // What is missing is blamed on what says most of the declaration.
        string title = Titles.FirstOrDefault(key => file.Root?.Find(key) is not null) ?? "";
        return new(path, file.Root, file.Places with { Declaration = file.Places.ValueOf(title) }, file.Findings, new(defaultNamespace, default, className, "public"));
    }

    /// <summary>
    /// Writes all that a model derived from this one takes over, its base's values included, so that <see cref="Read"/> gives it back.
    /// </summary>
    public static string Write(ModelSpec spec)
    {
        var text = new StringBuilder();
        text.Append($"name: {spec.Name}\nfamily: {spec.Family}\n");
        if (spec.Facts.Paper is { } paper) text.Append($"paper: {Quote(paper)}\n");
        if (spec.Facts.Preprocessing.Entries.Count > 0) text.Append($"preprocessing: {{{string.Join(", ", spec.Facts.Preprocessing.Entries.Select(Write))}}}\n");
        if (spec.CheckpointEvery > 0) text.Append(FormattableString.Invariant($"checkpoint_every: {spec.CheckpointEvery}\n"));
        foreach (SpecEntry entry in spec.Values.Entries) text.Append($"{Write(entry)}\n");
        return text.ToString();
    }

    private static string Write(SpecEntry entry) => $"{entry.Path}: {Write(entry.Value)}";

    private static string Write(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double number => Spelling.Number(number),
        EquatableArray<long> list => $"[{string.Join(", ", list.Select(static item => item.ToString(CultureInfo.InvariantCulture)))}]",
        EquatableArray<double> list => $"[{string.Join(", ", list.Select(Spelling.Number))}]",
        RawValue raw => Write(raw),
        _ => Quote((string)value),
    };

    private static string Write(RawValue value) => value switch
    {
        RawScalar scalar => scalar.IsPlain && Word.IsMatch(scalar.Text) ? scalar.Text : Quote(scalar.Text),
        RawList list => $"[{string.Join(", ", list.Items.Select(Write))}]",
        RawTable table => $"{{{string.Join(", ", table.Entries.Select(static entry => $"{Quote(entry.Key)}: {Write(entry.Value)}"))}}}",
        _ => "",
    };

    private static string Quote(string text)
    {
        IEnumerable<string> characters = text.Select(static character => character switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            _ when char.IsControl(character) || character is '\u2028' or '\u2029' => "\\u" + ((int)character).ToString("x4", CultureInfo.InvariantCulture),
            _ => character.ToString(),
        });
        return $"\"{string.Concat(characters)}\"";
    }
}
