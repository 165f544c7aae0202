using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Deit.Compiler.Specs;

/// <summary>Turns the names of one convention into those of another.</summary>
public static class Spelling
{
    private const int LongestExcerpt = 80;

    // .NET writes 1E-06 where everyone else writes 1e-6.
    private static readonly Regex Exponent = new(@"E\+?(-?)0*(?=\d)", RegexOptions.CultureInvariant);
    private static readonly Regex Control = new(@"[\p{Cc}\p{Zl}\p{Zp}]+", RegexOptions.CultureInvariant);
    private static readonly Regex KeyReference = new(@"\{([a-z_0-9.]+)\}", RegexOptions.CultureInvariant);

    /// <summary><c>embed_dim</c> to <c>EmbedDim</c>, <c>deit_tiny_patch16_224</c> to <c>DeitTinyPatch16_224</c>.</summary>
    public static string ToPascalCase(string name)
    {
        var text = new StringBuilder();
        foreach (string word in name.Split(['_', '-', '.'], StringSplitOptions.RemoveEmptyEntries))
        {
            // Two digits that meet would read as one number.
            if (text.Length > 0 && char.IsDigit(text[text.Length - 1]) && char.IsDigit(word[0])) text.Append('_');
            text.Append(char.ToUpperInvariant(word[0])).Append(word.Substring(1));
        }

        return text.ToString();
    }

    /// <summary><c>embed_dim</c> to <c>embedDim</c>.</summary>
    public static string ToCamelCase(string name)
    {
        string pascal = ToPascalCase(name);
        return char.ToLowerInvariant(pascal[0]) + pascal.Substring(1);
    }

    /// <summary><c>DeitTinyPatch16_224</c> to <c>deit_tiny_patch16_224</c>.</summary>
    public static string ToSnakeCase(string name)
    {
        var text = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool startsWord = i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>The nearest name that a model may have: <c>My Student!</c> to <c>my_student</c>.</summary>
    public static string ToModelName(string text)
    {
        string[] words = Regex.Split(text, "[^A-Za-z0-9]+").Where(static word => word.Length > 0).Select(ToSnakeCase).ToArray();
        string name = string.Join("_", words);
        return name.Length > 0 && char.IsLetter(name[0]) ? name : $"model_{name}".TrimEnd('_');
    }

    /// <summary>Spells a key as the front end does.</summary>
    public static string Key(string path, Dialect dialect)
    {
        if (dialect == Dialect.Yaml) return path;

        // What YAML nests in tables, attributes state one beside the other; only items of lists keep the list's name.
        string[] parts = path.Split('.');
        int property = Array.FindLastIndex(parts, static part => !part.All(char.IsDigit));
        return string.Join(".", parts.Skip(property).Select(ToPascalCase));
    }

    /// <summary>Spells every <c>{key}</c> in a message as the front end does; the message is one line, whatever it quotes.</summary>
    public static string Message(string message, Dialect dialect) =>
        KeyReference.Replace(OneLine(message), match => Key(match.Groups[1].Value, dialect));

    /// <summary>A user's text as messages quote it: on one line, and no longer than it takes to find it again.</summary>
    public static string Excerpt(string text) => OneLine(text.Length <= LongestExcerpt ? text : text.Substring(0, LongestExcerpt) + "…");

    /// <summary>A text with spaces in place of line breaks and other control characters.</summary>
    public static string OneLine(string text) => Control.Replace(text, " ");

    /// <summary>A number as C#, YAML and JSON all write it, whatever the culture.</summary>
    public static string Number(double value) => Exponent.Replace(value.ToString("R", CultureInfo.InvariantCulture), "e$1");

    /// <summary>A whole number with its thousands set apart, for messages and documentation.</summary>
    public static string Grouped(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
