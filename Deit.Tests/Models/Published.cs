using System.Globalization;
using System.Text.Json;
using Deit.Tests.Support;

namespace Deit.Tests.Models;

/// <summary>A published figure: what weights reach with images of one size, as one source has it.</summary>
/// <param name="Tag">What timm calls the weights.</param>
/// <param name="ImageSize">Height and width of the images.</param>
/// <param name="Top1">Top-1 accuracy in per cent.</param>
/// <param name="Top5">Top-5 accuracy in per cent; null where none was published.</param>
/// <param name="ByAuthors">Whether the model's authors state it; otherwise timm does.</param>
internal sealed record Figure(string Tag, int ImageSize, double Top1, double? Top5, bool ByAuthors);

/// <summary>What was published of a model, as <c>Reference/published.json</c> has it, and of DeiT III, which is not in there.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="DefaultTag">The tag of its usual weights.</param>
/// <param name="Millions">Millions of parameters, rounded to hundredths.</param>
/// <param name="Figures">Every figure.</param>
/// <param name="Rows">timm's rows, with preprocessing and addresses; empty for DeiT III.</param>
internal sealed record Published(string Name, string DefaultTag, double Millions, IReadOnlyList<Figure> Figures, IReadOnlyList<JsonElement> Rows)
{
    /// <summary>
    /// DeiT III: timm's results/results-imagenet.csv, and the authors' README_revenge.md. A line is a model, millions of parameters, and
    /// then top-1, top-5 and the authors' top-1 of the weights trained on ImageNet-1k, and the same of those trained on ImageNet-21k before.
    /// </summary>
    private const string DeitIii = """
        deit3_small_patch16_224 22.06 81.382 95.454 81.4 83.082 96.774 83.1
        deit3_small_patch16_384 22.21 83.432 96.674 83.4 84.846 97.486 84.8
        deit3_medium_patch16_224 38.85 83.09 96.284 83.0 84.55 97.18 84.5
        deit3_base_patch16_224 86.59 83.8 96.584 83.8 85.728 97.746 85.7
        deit3_base_patch16_384 86.88 85.088 97.252 85.0 86.742 98.11 86.7
        deit3_large_patch16_224 304.37 84.772 97.048 84.9 86.99 98.246 87.0
        deit3_large_patch16_384 304.76 85.82 97.602 85.8 87.736 98.508 87.7
        """;

    /// <summary>Every model of which something was published, by its name.</summary>
    public static IReadOnlyDictionary<string, Published> Models { get; } = ReferenceFile.Read("published.json").GetProperty("models").EnumerateObject()
        .Select(static model => Read(model.Name, model.Value))
        .Concat(DeitIii.Split('\n').Select(Read))
        .ToDictionary(static model => model.Name);

    private static Published Read(string name, JsonElement model)
    {
        JsonElement[] rows = [.. model.GetProperty("timm").EnumerateArray()];
        string tag = model.GetProperty("default_tag").GetString()!;
        IEnumerable<Figure> authors = model.GetProperty("deit") is { ValueKind: JsonValueKind.Object } deit ? [FigureOf(deit, tag, true)] : [];
        return new(name, tag, Number(rows[0], "params_millions"), [.. rows.Select(static row => FigureOf(row, row.GetProperty("tag").GetString()!, false)), .. authors], rows);
    }

    private static Published Read(string line)
    {
        string[] words = line.Split(' ');
        int size = int.Parse(words[0].Split('_')[^1], CultureInfo.InvariantCulture);
        double[] numbers = [.. words[1..].Select(static word => double.Parse(word, CultureInfo.InvariantCulture))];
        const string first = "fb_in1k";
        const string second = "fb_in22k_ft_in1k";
        return new(words[0], first, numbers[0],
            [
                new(first, size, numbers[1], numbers[2], false), new(first, size, numbers[3], null, true),
                new(second, size, numbers[4], numbers[5], false), new(second, size, numbers[6], null, true),
            ],
            []);
    }

    private static Figure FigureOf(JsonElement row, string tag, bool byAuthors) =>
        new(tag, row.GetProperty("input_size").GetInt32(), Number(row, "top1"), Number(row, "top5"), byAuthors);

    private static double Number(JsonElement element, string key) => element.GetProperty(key).GetDouble();
}
