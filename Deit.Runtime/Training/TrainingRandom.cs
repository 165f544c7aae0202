using Deit.Data;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// The randomness of a training outside of its data: everything follows from the seed and the numbers of epoch and batch, so that
/// a run that was interrupted goes on exactly as it would have.
/// </summary>
internal static class TrainingRandom
{
    // Below 16 are the purposes of the data.
    private const int MixingPurpose = 16;
    private const int BatchPurpose = 17;
    private const int WeightsPurpose = 18;

    /// <summary>Where the mixing of a step is drawn from.</summary>
    public static Random Mixing(long seed, int epoch, int step) => RandomStream.For(seed, epoch, step, MixingPurpose).AsRandom();

    /// <summary>Sets torch's global generators, which stochastic depth draws from, to where a batch begins: a training goes on from any.</summary>
    public static void BeginBatch(long seed, int epoch, int batch) => SeedTorch(RandomStream.For(seed, epoch, batch, BatchPurpose));

    /// <summary>Sets torch's global generators, which the first weights are drawn from, before a model is made.</summary>
    public static void BeginModel(long seed) => SeedTorch(RandomStream.For(seed, 0, 0, WeightsPurpose));

    private static void SeedTorch(RandomStream stream)
    {
        long seed = (long)(((ulong)stream.NextUInt32() << 32) | stream.NextUInt32());
        using Generator generator = manual_seed(seed);
        if (cuda.is_available()) cuda.manual_seed_all(seed);
    }
}
