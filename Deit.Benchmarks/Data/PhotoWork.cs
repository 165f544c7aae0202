using Deit.Augmentation;
using Deit.Benchmarking;
using Deit.Data;

namespace Deit.Benchmarks.Data;

/// <summary>What is done with photos.</summary>
internal static class PhotoWork
{
    /// <summary>What the names of those begin with that decode alone.</summary>
    public const string Decoding = "decode";

    private const int Size = 224;
    private const int BatchSize = 32;

    /// <summary>Decodes all photos on one core.</summary>
    public static IEnumerable<Candidate> Decoders(Photos photos)
    {
        if (TurboJpeg.IsAvailable) yield return new($"{Decoding}, libjpeg-turbo", () => Decode(photos, useTurboJpeg: true));
        yield return new($"{Decoding}, SkiaSharp", () => Decode(photos, useTurboJpeg: false));
    }

    /// <summary>The yardstick's transform by the loader: crop, flip, two operators at magnitude 9, erasing with noise a quarter of the time.</summary>
    public static IEnumerable<Candidate> Loaders(Photos photos)
    {
        var transform = new TrainingTransform(
            new()
            {
                Crop = CropMode.RandomResized,
                HorizontalFlip = 0.5,
                AutoAugment = "rand-m9-inc1",
                RandomErasing = 0.25,
                RandomErasingMode = ErasingMode.Pixel,
            },
            Preprocessing.Default,
            Size);
        foreach (bool fast in new[] { false, true })
        {
            foreach (int workers in new[] { 1, 2 })
            {
                var loader = new DataLoader(photos, new() { BatchSize = BatchSize, Transform = transform, FastDecode = fast, Workers = workers });
                int epoch = 0;
                string name = $"transform, {(fast ? "no more decoded than needed" : "decoded whole")}, {workers} worker{(workers > 1 ? "s" : "")}";
                yield return new(name, () => Consume(loader.Epoch(epoch++)));
            }
        }
    }

    private static void Decode(Photos photos, bool useTurboJpeg)
    {
        for (int index = 0; index < photos.Count; index++) ImageDecoder.Decode(photos.Files[index], photos.Describe(index), useTurboJpeg).Dispose();
    }

    private static void Consume(IEnumerable<Batch> batches)
    {
        foreach (Batch batch in batches) batch.Dispose();
    }
}
