using System.Collections.Immutable;
using System.Globalization;

namespace Deit.Reporting.Charts;

/// <summary>One axis of a chart: its range, and round numbers in it.</summary>
/// <param name="Minimum">Where it begins.</param>
/// <param name="Maximum">Where it ends; greater than <paramref name="Minimum"/>.</param>
/// <param name="Ticks">The numbers that are written, ascending, none outside of the range.</param>
/// <param name="IsLogarithmic">Whether equal ratios, not equal differences, are equally far apart.</param>
internal sealed record Axis(double Minimum, double Maximum, ImmutableArray<double> Ticks, bool IsLogarithmic = false)
{
    private const int Intervals = 5;
    private const int FewestTicks = 3;

    // What quotients of round numbers may be off by.
    private const double Rounding = 1e-9;

    /// <summary>An axis that reaches from a round number below the values to one above.</summary>
    public static Axis Linear(IEnumerable<double> values)
    {
        (double least, double greatest) = Range(values);
        double step = RoundStep((greatest - least) / Intervals);
        return Between(Math.Floor((least / step) + Rounding) * step, Math.Ceiling((greatest / step) - Rounding) * step, step);
    }

    /// <summary>An axis of whole numbers, such as epochs, that begins and ends with the values.</summary>
    public static Axis Whole(IEnumerable<double> values)
    {
        (double least, double greatest) = (values.Min(), values.Max());
        if (least == greatest) return new(least - 0.5, least + 0.5, [least]);
        return Between(least, greatest, Math.Max(1, RoundStep((greatest - least) / Intervals)));
    }

    /// <summary>An axis of positive numbers, equal ratios being equally far apart.</summary>
    public static Axis Logarithmic(IEnumerable<double> values)
    {
        (double least, double greatest) = (values.Min() / 1.15, values.Max() * 1.15);
        ImmutableArray<double> ticks = RoundNumbers(least, greatest, [1, 2, 5]);
        return new(least, greatest, ticks.Length >= FewestTicks ? ticks : RoundNumbers(least, greatest, [1, 1.5, 2, 3, 4, 5, 7]), IsLogarithmic: true);
    }

    /// <summary>Where a value is, from 0 at the beginning to 1 at the end.</summary>
    public double Place(double value) => IsLogarithmic
        ? Math.Log(value / Minimum) / Math.Log(Maximum / Minimum)
        : (value - Minimum) / (Maximum - Minimum);

    /// <summary>A tick as it is written, with no more digits than tell the ticks apart.</summary>
    /// <param name="tick">The tick.</param>
    /// <param name="scale">What it is multiplied by: 100 for per cent.</param>
    public string Text(double tick, double scale = 1)
    {
        double value = tick * scale;
        double greatest = Math.Max(Math.Abs(Minimum), Math.Abs(Maximum)) * scale;
        if (value == 0) return "0";
        if (greatest < 1e-2) return value.ToString("0.##e-0", CultureInfo.InvariantCulture);
        if (IsLogarithmic || Ticks.Length < 2) return value.ToString("#,0.####", CultureInfo.InvariantCulture);
        double step = (Ticks[1] - Ticks[0]) * scale;
        int digits = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + Rounding));

        // A step of 2.5 has a digit more than one of 2.
        if (Math.Abs(Math.Round(step, digits) - step) > step * 1e-6) digits++;
        return value.ToString($"#,0.{new string('0', digits)}", CultureInfo.InvariantCulture);
    }

    private static Axis Between(double minimum, double maximum, double step)
    {
        long first = (long)Math.Ceiling((minimum / step) - Rounding);
        long last = (long)Math.Floor((maximum / step) + Rounding);
        IEnumerable<double> ticks = Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step);
        return new(minimum, maximum, [.. ticks.Select(tick => Math.Clamp(tick, minimum, maximum))]);
    }

    // Equal values are put into the middle.
    private static (double Least, double Greatest) Range(IEnumerable<double> values)
    {
        (double least, double greatest) = (values.Min(), values.Max());
        if (greatest > least) return (least, greatest);
        double margin = least == 0 ? 1 : Math.Abs(least) * 0.1;
        return (least - margin, greatest + margin);
    }

    /// <summary>The least of 1, 2, 2.5 and 5 times a power of ten that is no less than a step.</summary>
    private static double RoundStep(double step)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * ((double[])[1, 2, 2.5, 5, 10]).First(factor => factor * power >= step * (1 - Rounding));
    }

    private static ImmutableArray<double> RoundNumbers(double least, double greatest, double[] digits) =>
    [
        .. from power in Enumerable.Range((int)Math.Floor(Math.Log10(least)), 2 + (int)Math.Ceiling(Math.Log10(greatest / least)))
           from digit in digits
           let number = digit * Math.Pow(10, power)
           where number >= least && number <= greatest
           select number,
    ];
}
