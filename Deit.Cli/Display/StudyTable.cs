using System.Globalization;
using Deit.Cli.Commands;
using Deit.Studies;
using Spectre.Console;

namespace Deit.Cli.Display;

/// <summary>The table that a study ends with.</summary>
internal static class StudyTable
{
    /// <summary>Writes the table.</summary>
    public static void Write(Terminal terminal, StudyResults results)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("arm").AddColumn("model");
        foreach (string name in (string[])["runs", "top-1", "least", "greatest", "class", "distillation", "inference, images/s", "training, images/s", "seconds"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        bool isCompared = results.Reference is not null;
        if (isCompared) table.AddColumn(new TableColumn("points").RightAligned()).AddColumn(new TableColumn("time").RightAligned());
        foreach (ArmResults arm in results.Arms)
        {
            string[] cells =
            [
                Markup.Escape(arm.Name),
                Markup.Escape(arm.Model),
                (arm.Top1?.Count ?? 0).ToString(CultureInfo.InvariantCulture),
                Numbers.Percent(arm.Top1?.Mean),
                Numbers.Percent(arm.Top1?.Minimum),
                Numbers.Percent(arm.Top1?.Maximum),
                Numbers.Percent(arm.ClassTop1?.Mean),
                Numbers.Percent(arm.DistillationTop1?.Mean),
                Rate(arm.InferenceImagesPerSecond),
                Rate(arm.ImagesPerSecond?.Mean),
                Rate(arm.Seconds?.Mean),
            ];
            table.AddRow(isCompared ? [.. cells, Signed(arm.Difference?.Top1.Mean), Signed(arm.Difference?.Seconds.Mean, " %")] : cells);
        }

        terminal.WriteLine();
        terminal.Console.Write(table);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {results.Seconds:0} s of training"));
        foreach (ArmRun run in results.Arms.SelectMany(static arm => arm.Runs).Where(static run => run.Failure is not null))
        {
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  not finished: {run.Result.Name}, seed {run.Seed}: {run.Failure}"));
        }
    }

    private static string Rate(double? value) => value is { } rate ? Numbers.Fixed(rate, 0) : "–";

    private static string Signed(double? fraction, string unit = "") =>
        fraction is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:+0.00;-0.00;0.00}{unit}") : "–";
}
