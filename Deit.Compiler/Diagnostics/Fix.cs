using System.Globalization;

namespace Deit.Compiler.Diagnostics;

/// <summary>A value that would mend a finding; editors offer it.</summary>
/// <param name="Path">The dotted path of the key to set; a number in it counts the items of a list from 0.</param>
/// <param name="Value">The value as YAML and C# both write it.</param>
public sealed record Fix(string Path, string Value)
{
    /// <summary>Sets a whole number.</summary>
    public static Fix Of(string path, long value) => new(path, value.ToString(CultureInfo.InvariantCulture));
}
