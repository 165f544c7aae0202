using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>A YAML file as the compiler reads it: its root table with the place of every value, or findings that say why there is none.</summary>
/// <param name="Root">The root table, or null where the file cannot be read.</param>
/// <param name="Places">Where every key and every item is written; the declaration's place is the beginning of the file.</param>
/// <param name="Findings">What is wrong with the file.</param>
internal sealed record YamlFile(RawTable? Root, PlaceMap Places, EquatableArray<Finding> Findings)
{
    /// <summary>Reads the text of a file. It never throws: what cannot be read is a finding.</summary>
    public static YamlFile Read(string file, string text) => new YamlReader(file, text).Read();
}
