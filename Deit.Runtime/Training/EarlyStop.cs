namespace Deit.Training;

/// <summary>When a training that no longer gets better ends.</summary>
internal static class EarlyStop
{
    /// <summary>Whether it ends before its next epoch: a function of its epochs alone, so that a resumed one ends where the other does.</summary>
    /// <param name="epochs">The epochs so far.</param>
    /// <param name="patience">The evaluations without a better accuracy that are borne, the last one ends it; 0 for no end.</param>
    public static bool IsDue(IReadOnlyList<EpochMetrics> epochs, int patience)
    {
        if (patience == 0) return false;
        double[] accuracies = [.. epochs.Select(static epoch => epoch.IfEvaluated()?.Top1).OfType<double>()];
        return accuracies.Length > 0 && accuracies.Length - 1 - Array.IndexOf(accuracies, accuracies.Max()) >= patience;
    }
}
