namespace Deit.Compiler.Specs;

/// <summary>Where something is written. Lines and columns count from 0, as Roslyn does.</summary>
/// <param name="File">The file's path as the build knows it.</param>
/// <param name="Start">Offset of the first character.</param>
/// <param name="Length">Number of characters.</param>
/// <param name="StartLine">Line of the first character.</param>
/// <param name="StartColumn">Column of the first character.</param>
/// <param name="EndLine">Line after the last character.</param>
/// <param name="EndColumn">Column after the last character.</param>
public readonly record struct Place(string File, int Start, int Length, int StartLine, int StartColumn, int EndLine, int EndColumn)
{
    /// <summary>The beginning of a file.</summary>
    public static Place StartOf(string file) => new(file, 0, 0, 0, 0, 0, 0);

    /// <summary><c>file(line,column)</c>, counted from 1, as compilers print it.</summary>
    public override string ToString() => $"{File}({StartLine + 1},{StartColumn + 1})";
}
