namespace Deit.Benchmarks.Targets;

/// <summary>A target and what was measured of it.</summary>
/// <param name="Work">What is done.</param>
/// <param name="Against">What it is held against.</param>
/// <param name="Value">The ratio or share that was measured; null where the path does not exist.</param>
/// <param name="Target">What it should be.</param>
/// <param name="Met">Whether it is.</param>
internal sealed record TargetRow(string Work, string Against, double? Value, double Target, bool Met)
{
    /// <summary>A ratio of times or of memory: small is good.</summary>
    public static TargetRow AtMost(string work, string against, double? value, double target) => new(work, against, value, target, value <= target);

    /// <summary>A share of a rate: large is good.</summary>
    public static TargetRow AtLeast(string work, string against, double? value, double target) => new(work, against, value, target, value >= target);
}
