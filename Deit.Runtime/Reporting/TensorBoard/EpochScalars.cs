using System.Collections.Immutable;
using Deit.Training;

namespace Deit.Reporting.TensorBoard;

/// <summary>The names under which TensorBoard shows an epoch's metrics.</summary>
internal static class EpochScalars
{
    /// <summary>What an epoch has of them.</summary>
    public static ImmutableArray<Scalar> Of(EpochMetrics epoch)
    {
        EpochMetrics? evaluated = epoch.IfEvaluated();
        IEnumerable<(string Tag, double? Value)> values =
        [
            ("train/loss", epoch.TrainLoss),
            ("train/lr", epoch.LearningRate),
            ("train/images_per_second", epoch.ImagesPerSecond),
            ("val/loss", evaluated?.ValidationLoss),
            ("val/top1", evaluated?.Top1),
            ("val/top1_class", evaluated?.ClassTop1),
            ("val/top1_distillation", evaluated?.DistillationTop1),
            ("val/top1_ema", evaluated?.EmaTop1),
        ];
        return [.. values.Where(static scalar => scalar.Value is not null).Select(static scalar => new Scalar(scalar.Tag, scalar.Value!.Value))];
    }
}
