using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Emit;

/// <summary>Writes what is known of a model beside its graph, as members of its description; what the runtime takes by default is left out.</summary>
internal static class FactsEmitter
{
    /// <summary>Writes the members.</summary>
    public static void Write(CodeWriter code, ModelFacts facts)
    {
        if (facts.PaperAddress is { } paper) code.Line($"Paper = {Names.Literal(paper)},");
        if (facts.Preprocessing.Entries.Count > 0) code.Line($"Preprocessing = {Object(facts.Preprocessing.Entries)},");
        if (facts.Weights.Count == 0) return;
        code.Line("PublishedWeights =").Line("[");
        foreach (SpecTable weights in facts.Weights) code.Line($"    {Weights(weights, facts.PreprocessingFor(weights))},");
        code.Line("],");
    }

    private static string Weights(SpecTable weights, SpecTable preprocessing)
    {
        string members = string.Join(", ", weights.Entries.Where(entry => preprocessing.Schema.Find(entry.Path) is null).Select(Member));
        return preprocessing.Entries.Count == 0 ? $"new() {{ {members} }}" : $"new() {{ {members}, Preprocessing = {Object(preprocessing.Entries)} }}";
    }

    private static string Object(IEnumerable<SpecEntry> entries) => $"new() {{ {string.Join(", ", entries.Select(Member))} }}";

    private static string Member(SpecEntry entry) => entry.Path == "url"
        ? $"Address = new({Names.Literal((string)entry.Value)})"
        : $"{Spelling.ToPascalCase(entry.Path)} = {Value(entry.Value)}";

    private static string Value(object value) => value switch
    {
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Spelling.Number(number),
        EquatableArray<double> numbers => $"[{string.Join(", ", numbers.Select(Spelling.Number))}]",
        _ => Names.Literal((string)value),
    };
}
