using System.Collections.Immutable;
using Deit.Compiler;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>A model in timm's terms: one of its architectures, and what to change in it.</summary>
/// <param name="Name">The architecture: <c>deit_tiny_patch16_224</c>.</param>
/// <param name="Arguments">What differs, by the names of its constructor's arguments, in the values of a spec.</param>
internal sealed record TimmArchitecture(string Name, ImmutableArray<KeyValuePair<string, object>> Arguments)
{
    /// <summary>The architecture that is nearest to a model, of those that timm has and a registry knows.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="known">Models under timm's names.</param>
    /// <exception cref="DeitException">timm has no such model; the message names the keys that it cannot express.</exception>
    public static TimmArchitecture Of(ModelSpec spec, IEnumerable<ModelSpec> known)
    {
        TimmFamily family = TimmFamily.Find(spec.Family)
            ?? throw new DeitException($"{spec.Name} is a {spec.Family}, for which timm has no architecture: export it to ONNX instead.");
        Candidate[] candidates = [.. known.Where(other => other.Family == spec.Family).Select(other => new Candidate(spec, other, family))];
        Candidate nearest = candidates
            .OrderBy(static candidate => candidate.Inexpressible.Length)
            .ThenByDescending(candidate => candidate.Base.Name == spec.Name)
            .ThenBy(static candidate => candidate.Differences.Length)
            .ThenBy(static candidate => candidate.Base.Name, StringComparer.Ordinal)
            .FirstOrDefault()
            ?? throw new DeitException($"{spec.Name} is a {spec.Family}, but no model of that family is known that timm has.");
        return nearest.Inexpressible.IsEmpty
            ? new(nearest.Base.Name, [.. nearest.Differences.Select(key => new KeyValuePair<string, object>(nearest.ArgumentOf(key)!, spec.Values.Find(key)!))])
            : throw new DeitException(
                $"timm has no architecture for {spec.Name}: beside {nearest.Base.Name}, which is nearest, nothing there says "
                + $"{string.Join(", ", nearest.Inexpressible.Select(key => $"{key}: {Show(spec.Values.Find(key))}"))}.");
    }

    private static string Show(object? value) => value switch
    {
        null => "none",
        EquatableArray<long> list => $"[{string.Join(", ", list)}]",
        EquatableArray<double> list => $"[{string.Join(", ", list.Select(Spelling.Number))}]",
        double number => Spelling.Number(number),
        bool truth => truth ? "true" : "false",
        _ => value.ToString()!,
    };

    private sealed class Candidate
    {
        private readonly TimmFamily _family;

        public Candidate(ModelSpec spec, ModelSpec @base, TimmFamily family)
        {
            Base = @base;
            _family = family;

            // Convolutional networks take any size; it is a fact of the weights, not of the architecture.
            string[] ignored = [.. TimmFamily.TrainingKeys, "classes", .. family.HasFixedInput ? [] : new[] { "image_size" }];
            Differences = [.. spec.Values.Schema.Keys
                .Select(static key => key.Name)
                .Where(key => !ignored.Contains(key) && !Equals(spec.Values.Find(key), @base.Values.Find(key)))];

            // Nor has timm a list for every block, or an argument that takes away what the base has.
            Inexpressible =
                [.. Differences.Where(key => ArgumentOf(key) is null || spec.Values.Find(key) is null or EquatableArray<long> or EquatableArray<double>)];
        }

        public ModelSpec Base { get; }

        public ImmutableArray<string> Differences { get; }

        public ImmutableArray<string> Inexpressible { get; }

        public string? ArgumentOf(string key) => _family.Arguments.FirstOrDefault(argument => argument.Key == key).Argument;
    }
}
