using System.Collections.Immutable;
using Deit.Reporting;
using Deit.Reporting.Pages;

namespace Deit.Tests.Reporting;

public sealed class ConfusionSectionTests
{
    [Theory]
    [InlineData(10, true)]
    [InlineData(40, true)]
    [InlineData(41, false)]
    [InlineData(1000, false)]
    public void A_matrix_is_drawn_where_its_cells_can_be_told_apart(int classes, bool drawn)
    {
        string html = ConfusionSection.Draw(Answers(classes)).Content.ToString();

        Assert.Equal(drawn, html.Contains("<svg class=\"heat\"", StringComparison.Ordinal));
        Assert.Contains("<td>class 0</td><td>class 1</td><td class=\"n\">2</td><td class=\"n\">66.67 %</td>", html);
        Assert.Contains("<td>class 0</td><td class=\"n\">1</td><td class=\"n\">3</td><td class=\"n\">33.33 %</td>", html);
    }

    [Fact]
    public void Of_many_classes_the_worst_and_the_best_are_shown_and_all_can_be_unfolded()
    {
        string html = ConfusionSection.Draw(Answers(100)).Content.ToString();

        string[] parts = html.Split("<summary>All classes</summary>");
        Assert.Contains("The 12 worst and the 12 best of 100.", parts[0]);
        Assert.DoesNotContain("<td>class 50</td><td class=\"n\">", parts[0]);
        Assert.Contains("<td>class 50</td><td class=\"n\">", parts[1]);
    }

    [Fact]
    public void A_model_without_mistakes_is_said_to_make_none()
    {
        ModelAnswers answers = Answers(10);

        string html = ConfusionSection.Draw(answers with { Answers = [.. answers.Answers.Where(static answer => answer.IsRight)] }).Content.ToString();

        Assert.Contains("There is none.", html);
    }

    /// <summary>An image of every class, recognised, and two of the first that are taken for the second.</summary>
    private static ModelAnswers Answers(int classes)
    {
        Answer Of(int actual, int predicted) => new(0, actual, [new Guess(predicted, 0.5)]);
        ImmutableArray<Answer> answers = [.. Enumerable.Range(0, classes).Select(index => Of(index, index)), Of(0, 1), Of(0, 1)];
        return new("data/val", answers.Length, [.. Enumerable.Range(0, classes).Select(static index => $"class {index}")], answers, new([], []));
    }
}
