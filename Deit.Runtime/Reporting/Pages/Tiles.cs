using Deit.Compiler.Specs;
using Deit.Distillation;
using Deit.Training;

namespace Deit.Reporting.Pages;

/// <summary>The numbers of a run that one looks for first.</summary>
internal static class Tiles
{
    /// <summary>The header of a run's report.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model">Its student; null where the model is not known.</param>
    public static Html Header(RunContent run, ModelDescription? model)
    {
        string badge = run.Summary is null ? "badge open" : "badge";
        return Html.Of($"""
            <h1>{run.Recipe.Name}<span class="{badge}">{run.State}</span></h1>
            <p class="lead">{run.Recipe.Description}</p>
            <p class="soft">{Setting(run.Recipe)}</p>
            <ul class="tiles">
            {Numbers(run, model).Where(static number => number.Value is not null).Select(static (number, index) => Tile(number, index == 0))}
            </ul>
            """);
    }

    /// <summary>Who learns what from whom.</summary>
    private static string Setting(Recipe recipe)
    {
        string student = recipe.Student.Model;
        int size = recipe.Data.ImageSize;
        string data = FormattableString.Invariant($"{recipe.Data.Dataset} of {size}×{size} pixels");
        return recipe.Teacher is { } teacher && recipe.Distillation.Type != DistillationType.None
            ? $"{student}, taught by {teacher.Model} ({Spelling.ToSnakeCase(recipe.Distillation.Type.ToString())} distillation), on {data}"
            : $"{student}, on {data}";
    }

    private static Html Tile((string? Value, string Name) number, bool isFirst)
    {
        Html first = isFirst ? Html.Trusted(" class=\"first\"") : Html.Empty;
        return Html.Of($"<li{first}><b>{number.Value}</b><span>{number.Name}</span></li>\n");
    }

    private static IEnumerable<(string? Value, string Name)> Numbers(RunContent run, ModelDescription? model)
    {
        bool isDistilled = run.Last?.ClassTop1 is not null;
        string when = run.Last?.EvaluatedEpoch is { } epoch ? FormattableString.Invariant($", after epoch {epoch}") : "";
        yield return (Percent(run.Last?.Top1), (isDistilled ? "top-1, both heads" : "top-1") + when);
        yield return (Percent(run.Last?.ClassTop1), "class head alone" + when);
        yield return (Percent(run.Last?.DistillationTop1), "distillation head alone" + when);
        yield return (Percent(run.Last?.EmaTop1), "averaged weights" + when);
        yield return (Percent(run.TeacherTop1), "teacher");
        yield return (Percent(run.Best?.Top1), FormattableString.Invariant($"best, in epoch {run.Best?.Epoch}"));
        yield return (model is null ? null : Figures.Short(model.Parameters), "parameters");
        yield return (model is null ? null : Figures.Short(model.Macs), "MACs an image");
        yield return (run.ImagesPerSecond is { } rate ? Figures.Rate(rate) : null, "images/s in training");
        yield return (run.Seconds > 0 ? Figures.Duration(run.Seconds) : null, run.TeacherEpochs.IsEmpty ? "of training" : "of training, teacher included");
    }

    private static string? Percent(double? fraction) => fraction is null ? null : Figures.Percent(fraction);
}
