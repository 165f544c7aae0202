using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Diagnostics;

/// <summary>Every rule. A number, once given out, keeps its meaning.</summary>
public static class Rules
{
    public static readonly Rule UnreadableYaml = new("DEIT001", "The file is not readable as YAML");
    public static readonly Rule UnknownKey = new("DEIT002", "A key is not known here");
    public static readonly Rule WrongType = new("DEIT003", "A value is of the wrong type");
    public static readonly Rule MissingKey = new("DEIT004", "A required key is missing");
    public static readonly Rule ValueNotAccepted = new("DEIT005", "A value is outside of what is accepted");
    public static readonly Rule ContradictingKeys = new("DEIT006", "Keys contradict each other");
    public static readonly Rule DuplicateModel = new("DEIT007", "Two models have one name");
    public static readonly Rule ClassNotPartial = new("DEIT008", "A model's class is not partial");
    public static readonly Rule UnsupportedClass = new("DEIT009", "A model's class cannot be completed");
    public static readonly Rule WidthNotDivisibleByHeads = new("DEIT010", "The width is not divisible by the number of heads");
    public static readonly Rule ImageNotDivisibleByPatch = new("DEIT011", "The image is not divisible into patches");
    public static readonly Rule GroupWidthMismatch = new("DEIT012", "A width is not divisible by the group width");
    public static readonly Rule BlockCountMismatch = new("DEIT013", "A list has not one value for each block");
    public static readonly Rule UnknownModel = new("DEIT014", "A model is not known");
    public static readonly Rule BaseCycle = new("DEIT015", "Models derive from each other in a circle");
    public static readonly Rule PairMismatch = new("DEIT016", "A student and its teacher do not fit");
    public static readonly Rule OverBudget = new("DEIT017", "A model exceeds its budget");
    public static readonly Rule ShapeMismatch = new("DEIT020", "Shapes do not fit");
    public static readonly Rule FeatureMapVanishes = new("DEIT021", "A feature map vanishes");
    public static readonly Rule TooLarge = new("DEIT022", "A model is too large to be described");
    public static readonly Rule UnusedValue = new("DEIT023", "A value is computed and never read");
    public static readonly Rule InternalError = new("DEIT099", "The model compiler failed");

    /// <summary>All of them, in the order of their numbers.</summary>
    public static ImmutableArray<Rule> All { get; } =
        [.. typeof(Rules).GetFields().Select(static field => field.GetValue(null)).OfType<Rule>().OrderBy(static rule => rule.Id, System.StringComparer.Ordinal)];
}
