using System.Text;

namespace Deit.Compiler.Emit;

/// <summary>Writes lines of code at the right indentation, with line feeds on every platform.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;
    private bool _afterOpening = true;

    /// <summary>Writes a line; an empty one only where it does not follow an opening brace or another empty one.</summary>
    public CodeWriter Line(string line = "")
    {
        if (line.Length > 0) _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
        _afterOpening = line.Length == 0;
        return this;
    }

    /// <summary>Sets the next lines apart from those before.</summary>
    public CodeWriter Gap()
    {
        if (!_afterOpening) Line();
        return this;
    }

    /// <summary>Writes a line and an opening brace.</summary>
    public CodeWriter Open(string line)
    {
        Line(line).Line("{");
        _depth++;
        _afterOpening = true;
        return this;
    }

    /// <summary>Closes what <see cref="Open"/> opened.</summary>
    public CodeWriter Close(string after = "")
    {
        _depth--;
        return Line("}" + after);
    }

    /// <summary>Writes an XML documentation element on one line, or on several where it is long.</summary>
    public CodeWriter Documentation(string element, string text)
    {
        string name = element.Split(' ')[0];
        return text.Length <= 120
            ? Line($"/// <{element}>{text}</{name}>")
            : Line($"/// <{element}>").Line($"/// {text}").Line($"/// </{name}>");
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
