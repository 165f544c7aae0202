using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Deit.Tests.Generators;

/// <summary>
/// Random numbers of which specs are made: whoever makes one asks for a choice after the other. Fewer and lesser numbers make
/// simpler specs, so that a counterexample shrinks to the simplest spec that still is one.
/// </summary>
/// <param name="Numbers">The numbers; beyond them all choices are the first.</param>
public sealed record Choices(IReadOnlyList<int> Numbers)
{
    private int _next;

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int From(int least, int most) => least + (Next() % (most - least + 1));

    /// <summary>True half of the time.</summary>
    public bool Maybe() => From(0, 1) == 1;

    /// <summary>One of several.</summary>
    public T Of<T>(params T[] several) => several[From(0, several.Length - 1)];

    /// <summary>As many as asked for, as YAML writes a list.</summary>
    public static string List<T>(IEnumerable<T> items) => $"[{string.Join(", ", items.Select(static item => string.Create(CultureInfo.InvariantCulture, $"{item}")))}]";

    /// <summary>The specs that these numbers make, for reports of failures.</summary>
    public override string ToString() => $"vision transformer:\n{RandomSpecs.VisionTransformer(Again)}\nregnet:\n{RandomSpecs.RegNet(Again)}\nefficientnet:\n{RandomSpecs.EfficientNet(Again)}\ngraph:\n{RandomSpecs.Graph(Again)}";

    private Choices Again => new(Numbers);

    private int Next() => _next < Numbers.Count ? Numbers[_next++] : 0;
}

/// <summary>How FsCheck draws and shrinks choices.</summary>
public static class SpecArbitrary
{
    private const int Length = 80;

    /// <summary>Choices of which each is any number.</summary>
    public static Arbitrary<Choices> Choices() => Arb.From(
        Gen.Choose(0, 100_000).ArrayOf(Length).Select(static numbers => new Choices(numbers)),
        static choices => Shorter(choices.Numbers).Concat(Lesser(choices.Numbers)).Select(static numbers => new Choices(numbers)));

    private static IEnumerable<int[]> Shorter(IReadOnlyList<int> numbers)
    {
        for (int length = numbers.Count / 2; length < numbers.Count; length += Math.Max((numbers.Count - length) / 2, 1)) yield return [.. numbers.Take(length)];
    }

    private static IEnumerable<int[]> Lesser(IReadOnlyList<int> numbers) => Enumerable.Range(0, numbers.Count)
        .Where(i => numbers[i] > 0)
        .Select(i => numbers.Select((number, j) => i == j ? 0 : number).ToArray());
}
