using System.Globalization;

namespace Deit.Benchmarks;

/// <summary>The words after a command: every question takes out the words that answer it.</summary>
/// <param name="words">The words.</param>
internal sealed class Arguments(IEnumerable<string> words)
{
    private readonly List<string> _words = [.. words];

    /// <summary>Whether a word without a value is there.</summary>
    public bool Flag(string name) => _words.Remove(name);

    /// <summary>The number behind a word.</summary>
    /// <exception cref="DeitException">What follows the word is no number of at least 1.</exception>
    public int Number(string name, int otherwise)
    {
        int place = _words.IndexOf(name);
        if (place < 0) return otherwise;
        string value = _words.ElementAtOrDefault(place + 1) ?? "nothing";
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number == 0)
        {
            throw new DeitException($"{name} needs a whole number of at least 1, but {value} follows.");
        }

        _words.RemoveRange(place, 2);
        return number;
    }

    /// <summary>The text behind a word, or null where the word is not there.</summary>
    /// <exception cref="DeitException">Nothing follows the word.</exception>
    public string? Text(string name)
    {
        int place = _words.IndexOf(name);
        if (place < 0) return null;
        string value = _words.ElementAtOrDefault(place + 1) ?? throw new DeitException($"{name} needs a value.");
        _words.RemoveRange(place, 2);
        return value;
    }

    /// <summary>Ends the questions.</summary>
    /// <exception cref="DeitException">A word answered none of them.</exception>
    public void RequireNoMore()
    {
        if (_words.Count > 0) throw new DeitException($"This benchmark does not know '{_words[0]}': without a command, the program lists what each takes.");
    }
}
