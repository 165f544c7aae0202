using System.Collections.Immutable;

namespace Deit.Data;

/// <summary>What the parts of a dataset are called.</summary>
internal static class SplitNames
{
    /// <summary>The images to learn from.</summary>
    public const string Train = "train";

    /// <summary>The images to judge by, the first that is there.</summary>
    public static ImmutableArray<string> Validation { get; } = ["val", "validation", "valid", "test"];

    /// <summary>All names.</summary>
    public static ImmutableArray<string> All { get; } = [Train, .. Validation];

    /// <summary>The part that a shard's name begins with, such as <c>train-0007.tar</c>; null where none.</summary>
    public static string? OfShard(string fileName)
    {
        string letters = new([.. fileName.TakeWhile(char.IsAsciiLetter)]);
        return All.FirstOrDefault(name => name.Equals(letters, StringComparison.OrdinalIgnoreCase));
    }
}
