using System.Collections.Immutable;
using System.Globalization;

namespace Deit.Tests.Support;

/// <summary>Collects the numbers of one comparison that are past their tolerance, to report them together.</summary>
/// <param name="what">What is compared, such as a tensor's name.</param>
internal sealed class Deviations(string what)
{
    private readonly List<string> _lines = [];

    /// <summary>Compares two numbers; one that is not a number deviates from everything.</summary>
    public Deviations Number(string label, double expected, double actual, double tolerance)
    {
        if (!(Math.Abs(actual - expected) <= tolerance))
        {
            _lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"  {label,-12} expected {expected:G9}, got {actual:G9}: off by {Math.Abs(actual - expected):G3}, allowed {tolerance:G3}"));
        }

        return this;
    }

    /// <summary>Compares the first elements of two tensors, as many as are expected.</summary>
    public Deviations First(ImmutableArray<double> expected, ImmutableArray<double> actual, double tolerance)
    {
        if (actual.Length < expected.Length) return Same("elements", $"at least {expected.Length}", $"{actual.Length}");
        for (int i = 0; i < expected.Length; i++) Number($"element {i}", expected[i], actual[i], tolerance);
        return this;
    }

    /// <summary>Compares two texts, such as shapes.</summary>
    public Deviations Same(string label, string expected, string actual)
    {
        if (expected != actual) _lines.Add($"  {label,-12} expected {expected}, got {actual}");
        return this;
    }

    /// <summary>Fails the test where anything deviates, and lists what.</summary>
    public void FailIfAny()
    {
        if (_lines.Count == 0) return;
        Assert.Fail($"{what} differs from the reference:{Environment.NewLine}{string.Join(Environment.NewLine, _lines)}");
    }
}
