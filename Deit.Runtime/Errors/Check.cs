using System.Globalization;

namespace Deit;

/// <summary>Refuses option values that make no sense, in the words of whoever wrote them.</summary>
internal static class Check
{
    /// <summary>Gives <paramref name="value"/> back where it is <paramref name="accepted"/>.</summary>
    /// <param name="name">What the user knows the value by, such as <c>Distillation alpha</c>.</param>
    /// <param name="value">The value that was given.</param>
    /// <param name="accepted">Whether it makes sense. Write it so that NaN does not: <c>value is >= 0 and &lt;= 1</c>.</param>
    /// <param name="requirement">What would make sense, to follow "must be": <c>from 0 to 1</c>.</param>
    /// <exception cref="DeitException">The value is not accepted.</exception>
    public static T Value<T>(string name, T value, bool accepted, string requirement)
        where T : IFormattable => accepted
            ? value
            : throw new DeitException($"{name} is {value.ToString(null, CultureInfo.InvariantCulture)}; it must be {requirement}.");
}
