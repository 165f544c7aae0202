using Deit.Reporting;

namespace Deit.Studies;

/// <summary>How an arm differs from the one that all are compared with.</summary>
/// <param name="Top1">The difference in accuracy, seed by seed where both have the seed: a fraction, negative where the arm is worse.</param>
/// <param name="Seconds">The training time in that of the other, less 1: -0.1 where it takes a tenth less.</param>
public sealed record ArmDifference(Spread Top1, Spread Seconds)
{
    /// <summary>Compares the finished runs of the seeds that both have; null where there are none.</summary>
    internal static ArmDifference? Between(ArmResults arm, ArmResults reference)
    {
        (ComparedRun Own, ComparedRun Other)[] pairs =
        [
            .. from run in arm.Runs
               join other in reference.Runs on run.Seed equals other.Seed
               where run.Result.IsFinished && other.Result.IsFinished
               select (run.Result, other.Result),
        ];
        return Spread.Of(pairs.Select(static pair => pair.Own.Top1 - pair.Other.Top1)) is { } top1
            && Spread.Of(pairs.Select(static pair => (double?)((pair.Own.Seconds / pair.Other.Seconds) - 1))) is { } seconds
            ? new(top1, seconds)
            : null;
    }
}
