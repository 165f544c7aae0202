using System.Globalization;
using Deit.Cli.Commands;
using Deit.Training;
using Spectre.Console;

namespace Deit.Cli.Display;

/// <summary>The table that a training ends with.</summary>
internal static class SummaryTable
{
    /// <summary>Writes the table.</summary>
    public static void Write(Terminal terminal, RunSummary summary)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumn("").AddColumn("model").AddColumn("prediction by").AddColumn(new TableColumn("top-1").RightAligned());
        if (summary.Teacher is { } teacher) table.AddRow("teacher", Markup.Escape(teacher.Model), "", Numbers.Percent(teacher.Top1));

        StudentSummary student = summary.Student;
        string model = Markup.Escape(student.Model);
        if (student.ClassTop1 is null)
        {
            table.AddRow("student", model, "", Numbers.Percent(student.Top1));
        }
        else
        {
            table.AddRow("student", model, "class head", Numbers.Percent(student.ClassTop1));
            table.AddRow("", "", "distillation head", Numbers.Percent(student.DistillationTop1));
            table.AddRow("", "", "both heads", Numbers.Percent(student.Top1));
        }

        if (student.EmaTop1 is not null) table.AddRow("", "", "averaged weights", Numbers.Percent(student.EmaTop1));
        string lost = student.SkippedSteps == 0 ? "" : FormattableString.Invariant($"; {student.SkippedSteps} steps failed and were given up");
        terminal.WriteLine();
        terminal.Console.Write(table);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {summary.Seconds:0} s of training, {summary.ImagesPerSecond:0} images/s{lost}"));
    }
}
