using System.Collections.Generic;
using System.Linq;

namespace Deit.Compiler.Emit;

/// <summary>The classes of a model's units: those of one text share one.</summary>
/// <param name="taken">The names that other classes have.</param>
internal sealed class UnitClasses(IEnumerable<string> taken)
{
    /// <summary>Stands in a text where the name of its class will.</summary>
    public const string Unnamed = "\uFFFF";

    private readonly HashSet<string> _taken = [.. taken];
    private readonly Dictionary<string, string> _names = [];
    private readonly List<string> _texts = [];

    /// <summary>Adds a class, unless there is one of that text.</summary>
    /// <param name="text">Its text, <see cref="Unnamed"/>.</param>
    /// <param name="wanted">The name that it gets where nothing else has it.</param>
    /// <returns>The name of the class.</returns>
    public string Add(string text, string wanted)
    {
        if (_names.TryGetValue(text, out string? name)) return name;

        name = Names.Free(wanted, _taken);
        _taken.Add(name);
        _names.Add(text, name);
        _texts.Add(text.Replace(Unnamed, name));
        return name;
    }

    /// <summary>Writes the classes in the order in which they were added.</summary>
    public void Write(CodeWriter writer)
    {
        foreach (string text in _texts)
        {
            writer.Gap();
            foreach (string line in text.TrimEnd('\n').Split('\n')) writer.Line(line);
        }
    }
}
