using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>Reads timm's configurations: an architecture, what to change in it, and what is known of the weights.</summary>
internal static partial class TimmReader
{
    // timm/models/vision_transformer.py: what the words in its names stand for.
    private static readonly Dictionary<string, (long Width, long Depth, long Heads)> Sizes = new()
    {
        ["tiny"] = (192, 12, 3),
        ["small"] = (384, 12, 6),
        ["base"] = (768, 12, 12),
        ["large"] = (1024, 24, 16),
    };

    /// <summary>Reads a configuration; what it cannot express is noted in it.</summary>
    /// <param name="configuration">The <c>config.json</c>.</param>
    /// <param name="known">Models under timm's names.</param>
    /// <exception cref="DeitException">The architecture is unknown.</exception>
    public static ConfigurationContent Read(ConfigurationTable configuration, IEnumerable<ModelSpec> known)
    {
        // A tag says which weights, and nothing of the architecture.
        string architecture = (configuration.Text("architecture") ?? "").Split('.')[0];
        (string familyName, Dictionary<string, object> values) = Architecture(configuration.Source, architecture, [.. known]);
        TimmFamily family = TimmFamily.Find(familyName)!;

        // Before timm 0.9 there was one table for everything.
        ConfigurationTable weights = configuration.Find("pretrained_cfg") is null ? configuration : configuration.Inner("pretrained_cfg");
        ReadInput(weights, values);
        if ((configuration.Integer("num_classes") ?? weights.Integer("num_classes")) is { } classes) values["classes"] = classes;

        var leftOut = new List<string>();
        ConfigurationTable arguments = configuration.Inner("model_args");
        foreach ((string name, JsonElement value) in arguments.Entries) ReadArgument(arguments, family, name, value, values, leftOut);
        configuration.RefuseAll(arguments);
        if (!ReferenceEquals(weights, configuration)) configuration.RefuseAll(weights);
        if (values.TryGetValue("classes", out object? none) && none is 0L) configuration.Refuse("num_classes", "0, a model without a head");
        return new(architecture, familyName, values, TimmPreprocessing.Read(configuration.Find("pretrained_cfg")), [.. leftOut]);
    }

    private static (string Family, Dictionary<string, object> Values) Architecture(string source, string name, IReadOnlyList<ModelSpec> known)
    {
        if (known.FirstOrDefault(spec => spec.Name == name) is { } model)
        {
            return (model.Family, model.Values.Entries.ToDictionary(static entry => entry.Path, static entry => entry.Value));
        }

        if (TransformerName().Match(name) is { Success: true } match)
        {
            (long width, long depth, long heads) = Sizes[match.Groups["size"].Value];
            return ("vision_transformer", new()
            {
                ["image_size"] = long.Parse(match.Groups["image"].Value, CultureInfo.InvariantCulture),
                ["patch_size"] = long.Parse(match.Groups["patch"].Value, CultureInfo.InvariantCulture),
                ["embed_dim"] = width,
                ["depth"] = depth,
                ["heads"] = heads,
            });
        }

        throw new DeitException(
            $"'{source}' is of the architecture '{Spelling.Excerpt(name)}', which is of no family here. {Suggestions.Sentence(name, known.Select(static spec => spec.Name))}");
    }

    /// <summary>The size of the images, which timm takes from what is known of the weights.</summary>
    private static void ReadInput(ConfigurationTable weights, Dictionary<string, object> values)
    {
        if (weights.Find("input_size") is not { ValueKind: JsonValueKind.Array } size) return;
        if (size.EnumerateArray().Select(JsonNumbers.AsInteger).ToArray() is not [{ } channels, { } height, { } width] || height != width)
        {
            weights.Refuse("input_size", size.GetRawText());
            return;
        }

        values["image_size"] = height;
        if (channels != 3 || values.ContainsKey("channels")) values["channels"] = channels;
    }

    private static void ReadArgument(
        ConfigurationTable arguments, TimmFamily family, string name, JsonElement value, Dictionary<string, object> values, List<string> leftOut)
    {
        string raw = value.GetRawText();
        if (family.Arguments.FirstOrDefault(argument => argument.Argument == name) is { Key: { } key })
        {
            if ((name is "img_size" or "patch_size" ? (object?)arguments.Side(name) : ValueOf(value)) is { } converted) values[key] = converted;
            else if (value.ValueKind != JsonValueKind.Array) arguments.Refuse(name, raw);
        }
        else if (family.TrainingAlone.Contains(name))
        {
            if (raw is not ("0" or "0.0" or "false" or "true" or "\"\"")) leftOut.Add($"{name} {raw}");
        }
        else if (!family.Neutral.TryGetValue(name, out string? neutral) || !IsSame(raw, neutral))
        {
            arguments.Refuse(name, raw);
        }
    }

    private static bool IsSame(string raw, string neutral) =>
        raw == neutral
        || (double.TryParse(raw, CultureInfo.InvariantCulture, out double one)
            && double.TryParse(neutral, CultureInfo.InvariantCulture, out double other)
            && one == other);

    private static object? ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.AsInteger() is { } integer ? (object)integer : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        _ => null,
    };

    [GeneratedRegex(@"^(vit|deit)_(?<size>tiny|small|base|large)_patch(?<patch>\d{1,2})_(?<image>\d{2,4})$", RegexOptions.CultureInvariant)]
    private static partial Regex TransformerName();
}
