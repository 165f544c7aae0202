using System.Diagnostics;
using System.IO.Compression;
using Deit.Augmentation;
using Deit.Data;

namespace Deit.Benchmarks.Commands;

/// <summary>
/// Augmentation on one thread: every operator on an image of the model's size, and DeiT's transform on photos, with and without
/// decoding. Beside it, in the same minutes, a script that does the same on Pillow.
/// </summary>
internal static class AugmentCommand
{
    private const int Size = 224;
    private const int Repeats = 10;
    private const int WarmUpMilliseconds = 500;

    private static readonly AugmentationOptions Deit = new()
    {
        Crop = CropMode.RandomResized,
        HorizontalFlip = 0.5,
        AutoAugment = "rand-m9-mstd0.5-inc1",
        RandomErasing = 0.25,
        RandomErasingMode = ErasingMode.Pixel,
    };

    /// <summary>Runs the benchmark.</summary>
    public static void Run(Arguments arguments, Output output)
    {
        string photos = arguments.Text("--photos") ?? throw new DeitException("Which photos? Name a folder or a zip of JPEG files with --photos.");
        string? pillow = arguments.Text("--pillow");
        int rounds = arguments.Number("--rounds", Interleaved.DefaultRounds);
        arguments.RequireNoMore();

        byte[][] files = ReadPhotos(photos);
        OperatorRow[] operators = [.. MeasureOperators(files[0], rounds)];
        output.Write(
            $"Operators on an image of {Size}x{Size}, bicubic: medians of {rounds} rounds.",
            operators,
            new("operator", static row => row.Name),
            new("ms", "F3", static row => row.Milliseconds));
        output.Write(
            $"DeiT's transform on {files.Length} photos, one thread.",
            [.. MeasurePhotos(files)],
            new("what", static row => row.What),
            new("images/s", "F1", static row => row.ImagesPerSecond));
        if (pillow is not null) RunPillow(pillow, files, output);
    }

    private static byte[][] ReadPhotos(string path)
    {
        byte[][] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsJpeg).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
            : File.Exists(path) ? ReadArchive(path)
            : throw new DeitException($"There is neither a folder nor a zip '{path}'.");
        return files.Length > 0 ? files : throw new DeitException($"There are no JPEG files in '{path}'.");
    }

    private static byte[][] ReadArchive(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        return [.. archive.Entries.Where(static entry => IsJpeg(entry.Name)).OrderBy(static entry => entry.FullName, StringComparer.Ordinal).Select(Content)];

        static byte[] Content(ZipArchiveEntry entry)
        {
            using var content = new MemoryStream();
            using Stream stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        }
    }

    private static bool IsJpeg(string name) => Path.GetExtension(name).ToUpperInvariant() is ".JPG" or ".JPEG";

    private static IEnumerable<OperatorRow> MeasureOperators(byte[] photo, int rounds)
    {
        using RgbImage whole = ImageDecoder.Decode(photo, "a photo");
        using RgbImage image = Resampling.Resize(whole, Size, Size, ResamplingFilter.Bicubic);
        foreach (ImageOperator op in ImageOperators.All)
        {
            double? argument = op.Argument == ArgumentKind.None ? null : op.Name switch
            {
                "Rotate" => 27,
                "Posterize" or "PosterizeIncreasing" or "PosterizeOriginal" or "GaussianBlur" => 1,
                "Solarize" or "SolarizeIncreasing" or "SolarizeAdd" => 99,
                "TranslateX" or "TranslateY" => 50.4,
                _ => 0.27,
            };
            yield return new(op.Name, Median(rounds, () => op.Apply(image, argument, OperatorSettings.Default).Dispose()));
        }
    }

    private static double Median(int rounds, Action action)
    {
        // Long enough for the last tier of compilation.
        long begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun).TotalMilliseconds < WarmUpMilliseconds) action();
        double[] times = [.. Enumerable.Range(0, rounds).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Repeats; i++) action();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Repeats;
        }).Order()];
        return times[times.Length / 2];
    }

    private static IEnumerable<PhotoRow> MeasurePhotos(byte[][] files)
    {
        var transform = new TrainingTransform(Deit, Preprocessing.Default, Size);
        var values = new float[3 * Size * Size];
        yield return new("decode only", Rate(files.Length, i => ImageDecoder.Decode(files[i], "a photo").Dispose()));
        yield return new("decode and transform", Rate(files.Length, i =>
        {
            using RgbImage image = ImageDecoder.Decode(files[i], "a photo");
            transform.Apply(image, new SampleKey(0, 0, i), values);
        }));
        RgbImage[] images = [.. files.Select(static file => ImageDecoder.Decode(file, "a photo"))];
        yield return new("transform only", Rate(files.Length, i => transform.Apply(images[i], new SampleKey(0, 0, i), values)));
        foreach (RgbImage image in images) image.Dispose();
    }

    private static double Rate(int count, Action<int> action)
    {
        for (int i = 0; i < count; i++) action(i);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) action(i);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Any script that takes a folder of JPEG files and prints what it measured.
    private static void RunPillow(string script, byte[][] files, Output output)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("deit-augment-");
        try
        {
            for (int i = 0; i < files.Length; i++) File.WriteAllBytes(Path.Combine(folder.FullName, $"{i:D6}.jpg"), files[i]);
            var start = new ProcessStartInfo("python3", [script, folder.FullName]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process python = Process.Start(start)!;
            Task<string> errors = python.StandardError.ReadToEndAsync();
            string[] lines = python.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            python.WaitForExit();
            if (python.ExitCode != 0) lines = [.. lines, $"python3 failed: {errors.Result.Trim().Split('\n')[^1]}"];
            output.Write($"{Path.GetFileName(script)}, one thread.", lines, new Column<string>("what it says", static line => line));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new DeitException("--pillow needs python3 with Pillow and NumPy, which is not installed; leave the option out.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed record OperatorRow(string Name, double Milliseconds);

    private sealed record PhotoRow(string What, double ImagesPerSecond);
}
