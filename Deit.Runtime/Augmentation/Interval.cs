using System.Globalization;

namespace Deit.Augmentation;

/// <summary>A range to draw from.</summary>
/// <param name="Least">Its least value.</param>
/// <param name="Greatest">Its greatest value.</param>
public readonly record struct Interval(double Least, double Greatest)
{
    /// <summary>The range as a list: <c>[0.08, 1]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Least}, {Greatest}]");

    /// <summary>Refuses a range that makes no sense.</summary>
    /// <param name="name">What the user knows it by.</param>
    /// <param name="value">The range.</param>
    /// <param name="most">The greatest value that makes sense.</param>
    internal static Interval Checked(string name, Interval value, double most)
    {
        bool accepted = value.Least > 0 && value.Least <= value.Greatest && value.Greatest <= most && double.IsFinite(value.Greatest);
        if (accepted) return value;
        string bound = double.IsFinite(most) ? string.Create(CultureInfo.InvariantCulture, $", at most {most},") : "";
        throw new DeitException($"{name} is {value}; it must be two numbers above 0{bound} of which the second is not the smaller.");
    }
}
