using System.Collections.Immutable;
using Deit.Reporting.Charts;
using Deit.Studies;
using Deit.Training;

namespace Deit.Reporting.Pages;

/// <summary>How the runs of a study went, epoch by epoch.</summary>
internal static class StudyCurves
{
    /// <summary>The section: a curve for the first run of every arm.</summary>
    public static Section Draw(StudyResults results, StudyFolder folder)
    {
        (string Name, ImmutableArray<EpochMetrics> Epochs)[] arms =
        [
            .. results.Arms.Where(static arm => !arm.Runs.IsEmpty)
                .Select(arm => (arm.Name, RunFolder.At(Path.Combine(folder.Path, arm.Runs[0].Folder)).ReadMetrics())),
        ];
        LineChart Chart(string title, ValueText values, Func<EpochMetrics, double?> value) =>
            new(title, [.. arms.Select((arm, index) => Curve(arm.Name, index, arm.Epochs, value))], values);
        return new("curves", "Curves", Html.Of($"""
            <p class="note">The first run of every arm. The loss in training holds mixing and distillation. Point at a curve, or focus it and use the arrow keys, for its values.</p>
            <div class="charts">
            {Chart("Accuracy (top-1)", ValueText.Percent, static epoch => epoch.IfEvaluated()?.Top1).Draw()}
            {Chart("Validation loss", ValueText.Loss, static epoch => epoch.IfEvaluated()?.ValidationLoss).Draw()}
            {Chart("Training loss", ValueText.Loss, static epoch => epoch.TrainLoss).Draw()}
            {Chart("Throughput in training", ValueText.Rate, static epoch => epoch.ImagesPerSecond).Draw()}
            </div>
            """));
    }

    // Where the colours begin anew, curves are dashed.
    private static Series Curve(string name, int index, ImmutableArray<EpochMetrics> epochs, Func<EpochMetrics, double?> value) =>
        new(name, index, [.. from epoch in epochs let y = value(epoch) where y is not null select new DataPoint(epoch.Epoch, y.Value)])
        {
            IsDashed = index / Series.Colours % 2 == 1,
        };
}
