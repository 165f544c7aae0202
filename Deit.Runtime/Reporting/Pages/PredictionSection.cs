using System.Collections.Immutable;

namespace Deit.Reporting.Pages;

/// <summary>Images with what the model makes of them: mistakes, and right answers.</summary>
internal static class PredictionSection
{
    // Of fewer pixels, an image is shown as the squares that it is.
    private const int SmallPngSide = 64;

    /// <summary>The section.</summary>
    /// <param name="answers">What the model makes of the images.</param>
    /// <param name="hasAverage">Whether there are averaged weights too, which these answers are not of.</param>
    public static Section Draw(ModelAnswers answers, bool hasAverage)
    {
        string weights = hasAverage ? " The answers are those of the last weights, as the accuracy above, not of the averaged ones." : "";
        int wrong = answers.Answers.Count(static answer => !answer.IsRight);
        return new("predictions", "Predictions", Html.Of($"""
            <p class="note">{Scope(answers)}: {Figures.Percent(answers.Top1)} right. Below an image, its most probable classes.{weights}</p>
            {Group(wrong == 1 ? "The one mistake" : $"Mistakes, the most certain of {Figures.Count(wrong)}", answers.Pictures.Wrong, answers.Classes)}
            {Group("Right", answers.Pictures.Right, answers.Classes)}
            """));
    }

    /// <summary>Which images were looked at.</summary>
    public static string Scope(ModelAnswers answers) => answers.Answers.Length == answers.ImagesThere
        ? $"All {Figures.Count(answers.ImagesThere)} images of {answers.Data}"
        : $"{Figures.Count(answers.Answers.Length)} of the {Figures.Count(answers.ImagesThere)} images of {answers.Data}, chosen by the seed";

    private static Html Group(string title, ImmutableArray<PicturedAnswer> answers, ImmutableArray<string> classes) => answers.IsEmpty
        ? Html.Empty
        : Html.Of($"""
            <h3>{title}</h3>
            <ul class="samples">
            {answers.Select(answer => Sample(answer, classes))}</ul>
            """);

    private static Html Sample(PicturedAnswer picture, ImmutableArray<string> classes)
    {
        Answer answer = picture.Answer;
        string actual = classes[answer.Actual];
        string data = Convert.ToBase64String(picture.Png.AsSpan());
        string small = picture.Side < SmallPngSide ? "small" : "";
        Html verdict = answer.IsRight
            ? Html.Of($"""<strong class="yes">{actual} ✓</strong>""")
            : Html.Of($"""<strong class="no">{classes[answer.Predicted]} ✗</strong><span class="soft">is {actual}</span>""");
        return Html.Of($"""
            <li><img class="{small}" src="data:image/png;base64,{Html.Trusted(data)}" alt="{actual}" title="{picture.Source}">{verdict}<ol>{answer.Guesses.Select(guess => Draw(guess, answer, classes))}</ol></li>

            """);
    }

    private static Html Draw(Guess guess, Answer answer, ImmutableArray<string> classes)
    {
        string kind = string.Join(
            ' ', new[] { guess.Class == answer.Actual ? "true" : "", guess.Class == answer.Predicted ? "taken" : "" }.Where(static name => name.Length > 0));
        return Html.Of($"""<li class="{kind}"><div><span>{classes[guess.Class]}</span><span>{Figures.WholePercent(guess.Probability)}</span></div><span class="track"><span class="bar" style="width:{guess.Probability * 100}%"></span></span></li>""");
    }
}
