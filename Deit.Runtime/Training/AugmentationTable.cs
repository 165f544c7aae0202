using Deit.Augmentation;
using Deit.Compiler;
using Deit.Compiler.Specs;
using Deit.Data;

namespace Deit.Training;

/// <summary>Between the augmentation of a recipe and the keys of its table.</summary>
internal static class AugmentationTable
{
    private const string RandomInterpolation = "random";

    /// <summary>The augmentation that a recipe without findings describes.</summary>
    public static AugmentationOptions ToOptions(SpecTable table)
    {
        var off = new AugmentationOptions();
        return new()
        {
            Crop = Enum.Parse<CropMode>(table.Text("augmentation.crop").Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            CropPadding = (int)table.Integer("augmentation.crop_padding"),
            Scale = Interval(table, "augmentation.scale") ?? off.Scale,
            Ratio = Interval(table, "augmentation.ratio") ?? off.Ratio,
            Interpolation = table.Text("augmentation.interpolation") is var filter && filter != RandomInterpolation
                ? ResamplingFilters.Parse(filter)
                : null,
            HorizontalFlip = table.Number("augmentation.hflip"),
            VerticalFlip = table.Number("augmentation.vflip"),
            AutoAugment = table.TextOrNull("augmentation.auto_augment"),
            ColorJitter = table.Find("augmentation.color_jitter") is EquatableArray<double> jitter ? ToJitter(jitter) : ColorJitterOptions.None,
            ColorJitterProbability = table.Number("augmentation.color_jitter_prob"),
            ForceColorJitter = table.Boolean("augmentation.force_color_jitter"),
            Grayscale = table.Number("augmentation.grayscale_prob"),
            GaussianBlur = table.Number("augmentation.gaussian_blur_prob"),
            RandomErasing = table.Number("augmentation.random_erasing"),
            RandomErasingMode = Enum.Parse<ErasingMode>(table.Text("augmentation.random_erasing_mode"), ignoreCase: true),
            RandomErasingCount = (int)table.Integer("augmentation.random_erasing_count"),
            Repeats = (int)table.Integer("augmentation.repeated"),
        };
    }

    /// <summary>The keys that describe an augmentation, and their values.</summary>
    public static IEnumerable<(string Path, object? Value)> From(AugmentationOptions options) =>
    [
        ("augmentation.crop", Spelling.ToSnakeCase(options.Crop.ToString())),
        ("augmentation.crop_padding", (long)options.CropPadding),
        ("augmentation.scale", List(options.Scale)),
        ("augmentation.ratio", List(options.Ratio)),
        ("augmentation.interpolation", options.Interpolation is { } filter ? Spelling.ToSnakeCase(filter.ToString()) : RandomInterpolation),
        ("augmentation.hflip", options.HorizontalFlip),
        ("augmentation.vflip", options.VerticalFlip),
        ("augmentation.auto_augment", options.AutoAugment),
        ("augmentation.color_jitter", options.ColorJitter.IsOn ? FromJitter(options.ColorJitter) : null),
        ("augmentation.color_jitter_prob", options.ColorJitterProbability),
        ("augmentation.force_color_jitter", options.ForceColorJitter),
        ("augmentation.grayscale_prob", options.Grayscale),
        ("augmentation.gaussian_blur_prob", options.GaussianBlur),
        ("augmentation.random_erasing", options.RandomErasing),
        ("augmentation.random_erasing_mode", Spelling.ToSnakeCase(options.RandomErasingMode.ToString())),
        ("augmentation.random_erasing_count", (long)options.RandomErasingCount),
        ("augmentation.repeated", (long)options.Repeats),
    ];

    /// <summary>The range at a path, or null.</summary>
    public static Interval? Interval(SpecTable table, string path) =>
        table.Find(path) is EquatableArray<double> { Count: 2 } list ? new Interval(list[0], list[1]) : null;

    /// <summary>A range as the list that a recipe states, or null.</summary>
    public static object? List(Interval? interval) =>
        interval is { } range ? new EquatableArray<double>([range.Least, range.Greatest]) : null;

    private static ColorJitterOptions ToJitter(EquatableArray<double> list) => list.Count == 1
        ? ColorJitterOptions.Of(list[0])
        : new(list[0], list[1], list[2], list.Count > 3 ? list[3] : 0);

    private static EquatableArray<double> FromJitter(ColorJitterOptions jitter) =>
        new([jitter.Brightness, jitter.Contrast, jitter.Saturation, jitter.Hue]);
}
