using System.Globalization;
using System.Text.RegularExpressions;

namespace Deit.Compiler.Graphs;

/// <summary>
/// A whole number that is known while compiling, with the expression that the generated code writes for it: the number
/// itself, or, in a block that is used with several sizes, the name of the block's argument.
/// </summary>
/// <param name="Value">The number.</param>
/// <param name="Text">A C# expression of that value.</param>
public readonly record struct Size(long Value, string Text)
{
    /// <summary>A number that is written as it is.</summary>
    public static implicit operator Size(long value) => new(value, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The quotient; it must be exact.</summary>
    public static Size operator /(Size left, Size right) => Combine(left, right, left.Value / right.Value, "/");

    /// <summary>The difference.</summary>
    public static Size operator -(Size left, Size right) => Combine(left, right, left.Value - right.Value, "-");

    /// <summary>The product.</summary>
    public static Size operator *(Size left, Size right) => Combine(left, right, checked(left.Value * right.Value), "*");

    /// <summary>Whether the generated code writes the number itself.</summary>
    public bool IsLiteral => Text == Value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static Size Combine(Size left, Size right, long value, string sign) =>
        left.IsLiteral && right.IsLiteral ? value : new Size(value, $"{Parenthesised(left.Text)} {sign} {Parenthesised(right.Text)}");

    private static string Parenthesised(string text) => Regex.IsMatch(text, @"^\w+$") ? text : $"({text})";
}
