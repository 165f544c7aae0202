namespace Deit.Reporting.Pages;

/// <summary>The page of one run.</summary>
internal static class ReportPage
{
    /// <summary>Puts the page together.</summary>
    /// <param name="run">The run.</param>
    /// <param name="model">Its student; null where the model is not known.</param>
    /// <param name="answers">What it makes of the validation images; null where nobody could ask it.</param>
    /// <param name="missing">Why there are no answers; null where there are.</param>
    public static Page Draw(RunContent run, ModelDescription? model, ModelAnswers? answers, string? missing) =>
        new($"{run.Recipe.Name} – deit", Tiles.Header(run, model), [.. Sections(run, model, answers, missing)]);

    private static IEnumerable<Section> Sections(RunContent run, ModelDescription? model, ModelAnswers? answers, string? missing)
    {
        yield return CurveSection.Draw(run);
        if (answers is not null)
        {
            yield return PredictionSection.Draw(answers, hasAverage: run.Last?.EmaTop1 is not null);
            yield return ConfusionSection.Draw(answers);
        }
        else
        {
            yield return new("predictions", "Predictions", Html.Of($"""<p class="note">There are none: {missing}</p>"""));
        }

        if (model is not null) yield return ModelSection.Draw(model);
        yield return RecipeSection.Draw(run.Recipe);
    }
}
