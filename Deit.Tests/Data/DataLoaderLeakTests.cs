using Deit.Data;
using static TorchSharp.torch;

namespace Deit.Tests.Data;

/// <summary>Counts the tensors of the whole process: runs while no other test does.</summary>
[CollectionDefinition("Counts tensors", DisableParallelization = true)]
public static class CountsTensors;

[Collection("Counts tensors")]
public class DataLoaderLeakTests
{
    private static readonly DataLoaderOptions Options = new()
    {
        BatchSize = 4,
        Transform = new EvaluationTransform(Preprocessing.Default with { CropPct = 1 }, 8),
        Prefetch = 3,
    };

    [Fact]
    public void A_whole_epoch_leaves_no_tensor() => AssertLeavesNone(() =>
    {
        foreach (Batch batch in new DataLoader(new PatternDataset(100), Options).Epoch(0)) batch.Dispose();
    });

    [Fact]
    public void Stopping_early_leaves_no_tensor() => AssertLeavesNone(() =>
    {
        foreach (Batch batch in new DataLoader(new PatternDataset(100), Options).Epoch(0))
        {
            batch.Dispose();
            if (batch.Indices.Contains(20)) break;
        }
    });

    [Fact]
    public void An_image_that_cannot_be_read_leaves_no_tensor() => AssertLeavesNone(() => Assert.Throws<DeitException>(() =>
    {
        foreach (Batch batch in new DataLoader(new PatternDataset(100, failAt: [50]), Options).Epoch(0)) batch.Dispose();
    }));

    private static void AssertLeavesNone(Action action)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        action();
        Assert.Equal(before, Tensor.TotalCount);
    }
}
