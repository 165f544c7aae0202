using System;
using System.Collections.Generic;

namespace Deit.Compiler.Specs;

/// <summary>The lines of a text, broken where Roslyn breaks them, so that offsets and lines always name one place.</summary>
internal sealed class TextLines
{
    private readonly List<int> _starts = [0];

    public TextLines(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            bool breaks = text[i] is '\n' or '\u0085' or '\u2028' or '\u2029' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'));
            if (breaks) _starts.Add(i + 1);
        }
    }

    /// <summary>Line and column of a character, both from 0.</summary>
    public (int Line, int Column) Of(int offset)
    {
        int found = _starts.BinarySearch(offset);
        int line = found >= 0 ? found : ~found - 1;
        return (line, offset - _starts[line]);
    }
}
