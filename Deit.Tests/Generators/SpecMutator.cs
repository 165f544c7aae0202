namespace Deit.Tests.Generators;

/// <summary>Edits a spec at random, as slips of the hand, broken tools and malice do.</summary>
/// <param name="random">Where chance comes from.</param>
/// <param name="donors">Specs whose lines and words are mixed in.</param>
internal sealed class SpecMutator(Random random, IReadOnlyList<string> donors)
{
    private const int MostEdits = 4;

    private static readonly string[] Fragments =
    [
        "\0", "\u0001", "\u001b[0m", "\u007f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffe", "\ud83d", "😀", "é", "日本", "\t", "\r", "\r\n", "\n", "\n\n", " ",
        "'", "\"", "\"\"\"", "\\", "\\u", "*/", "//", "#", " # ", "<", "&", "]]>", "{", "}", "[", "]", "[]", "{}", ",", ":", ": ", "- ", "? ", "|", ">", "|+2\n", "%", "@", "`", "!",
        "&a ", "*a", "&a [*a]", "!!str ", "!!int ", "!<x> ", "<<: {depth: 1}\n", "---\n", "...\n", "%YAML 1.1\n---\n", "%TAG ! x\n", "\"\\UFFFFFFFF\"", "\"\\x4\"", "\"\\ud800\"",
        "{0}", "{name}", "base: regnety_002\n", "teacher: regnety_002\n", "max_parameters: 1\n", "class: Tensor\n", "distilled: true\n",
    ];

    private static readonly string[] Values =
    [
        "0", "1", "-1", "3", "7", "8", "1.5", ".5", "-0", "+3", "007", "0x10", "1_000", "1e3", "1e999", "-1e999", "1e-400", "NaN", ".inf", "2147483647", "2147483648", "9223372036854775807",
        "9223372036854775808", "99999999999999999999999999", "1000", "1024", "4096", "16384", "65536", "1000000", "true", "false", "yes", "null", "~", "", "\"\"", "''", "[]", "{}", "[1]", "[[1]]",
        "[1, 2, 3]", "[a, b]", "{a: 1}", "[{op: relu}]", "x", "class", "record", "tensor", "linear", "Module", "\"12\"", "'true'", "regnet", "graph", "vision_transformer", "regnety_002", "*a", "|\n  text",
    ];

    /// <summary>The spec after a few edits.</summary>
    public string Mutate(string text)
    {
        for (int edit = 1 + random.Next(MostEdits); edit > 0; edit--) text = Edit(text);
        return text;
    }

    private string Edit(string text) => random.Next(16) switch
    {
        0 => Cut(text),
        1 => text[..Position(text)],
        2 or 3 or 4 => text.Insert(Position(text), Pick(Fragments)),
        5 or 6 or 7 => Retype(text),
        8 => Lines(text, static (lines, i, _) => lines.RemoveAt(i)),
        9 => Lines(text, static (lines, i, _) => lines.Insert(i, lines[i])),
        10 => Lines(text, static (lines, i, j) => (lines[i], lines[j]) = (lines[j], lines[i])),
        11 => Lines(text, (lines, i, _) => lines[i] = new string(' ', random.Next(6)) + lines[i].TrimStart()),
        12 => Lines(text, (lines, i, _) => lines.Insert(i, Pick(Pick(donors).Split('\n')))),
        13 => Lines(text, (lines, i, j) => lines.AddRange(Enumerable.Repeat(lines[i], random.Next(200)).Concat(lines.GetRange(0, j)))),
        14 => Swap(text),
        _ => random.Next(4) == 0 ? text.Insert(Position(text), new string(Pick(["[", "{", "- ", "a", " ", "9", "\n", ","])[0], random.Next(3000))) : text.Replace("\n", Pick(["\r\n", "\r", "\u2028"])),
    };

    /// <summary>Takes out a few characters.</summary>
    private string Cut(string text)
    {
        int start = Position(text);
        return text.Remove(start, Math.Min(random.Next(1, 12), text.Length - start));
    }

    /// <summary>Puts something else where a value is.</summary>
    private string Retype(string text)
    {
        int[] colons = [.. Enumerable.Range(0, Math.Max(text.Length - 1, 0)).Where(i => text[i] == ':' && text[i + 1] == ' ')];
        if (colons.Length == 0) return text;
        int start = Pick(colons) + 2;
        int end = text.IndexOfAny([',', '}', '\n'], start);
        return text[..start] + Pick(Values) + (end < 0 ? "" : text[end..]);
    }

    /// <summary>Puts one word of some spec where another is.</summary>
    private string Swap(string text)
    {
        string[] words = text.Split([' ', '\n', ',', '{', '}', '[', ']', ':'], StringSplitOptions.RemoveEmptyEntries);
        string[] others = Pick(donors).Split([' ', '\n', ',', '{', '}', '[', ']', ':'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) return text;
        string word = Pick(words);
        int place = text.IndexOf(word, random.Next(text.Length), StringComparison.Ordinal);
        return place < 0 ? text : text.Remove(place, word.Length).Insert(place, Pick(others));
    }

    private string Lines(string text, Action<List<string>, int, int> edit)
    {
        List<string> lines = [.. text.Split('\n')];
        edit(lines, random.Next(lines.Count), random.Next(lines.Count));
        return string.Join('\n', lines);
    }

    private int Position(string text) => random.Next(text.Length + 1);

    private T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];
}
