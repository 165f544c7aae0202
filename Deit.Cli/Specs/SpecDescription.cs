using System.Collections.Immutable;
using Deit.Compiler;
using Deit.Compiler.Specs;

namespace Deit.Cli.Specs;

/// <summary>What the generated class of a spec would say of itself; nothing is generated or run for it.</summary>
internal static class SpecDescription
{
    /// <summary>Describes the model of a spec that has no errors.</summary>
    public static ModelDescription Of(ModelSpec spec)
    {
        CompiledModel model = ModelCompiler.Compile(spec).Model!;
        return new()
        {
            Name = spec.Name,
            Family = spec.Family,
            Input = Shape(model.Input),
            Classes = (int)model.Classes,
            Distilled = model.Distilled,
            Parameters = model.Parameters,
            Macs = model.Macs,
            TrainingPlan = model.Training is { } training ? new(training.ElementsPerImage, training.ConstantElements) { BFloat16 = [.. training.BFloat16] } : null,
            Paper = spec.Facts.PaperAddress,
            Preprocessing = Preparation(spec.Facts.Preprocessing),
            PublishedWeights = [.. spec.Facts.Weights.Select(weights => Published(weights, spec.Facts.PreprocessingFor(weights)))],
            Layers = [.. model.Layers.Select(static layer => new LayerDescription(layer.Name, layer.Kind, Shape(layer.Output), layer.Parameters, layer.Macs))],
        };
    }

    private static PublishedWeights Published(SpecTable weights, SpecTable preprocessing) => new()
    {
        Tag = weights.Text("tag"),
        Address = new(weights.Text("url")),
        Source = weights.Text("source"),
        Top1 = (double?)weights.Find("top1"),
        Top5 = (double?)weights.Find("top5"),
        ImageSize = (int?)(long?)weights.Find("image_size"),
        Preprocessing = Preparation(preprocessing),
    };

    private static Preprocessing Preparation(SpecTable stated) => new()
    {
        CropPct = (double?)stated.Find("crop_pct") ?? Preprocessing.Default.CropPct,
        Interpolation = stated.TextOrNull("interpolation") ?? Preprocessing.Default.Interpolation,
        Mean = stated.Find("mean") is EquatableArray<double> mean ? [.. mean] : Preprocessing.Default.Mean,
        Std = stated.Find("std") is EquatableArray<double> std ? [.. std] : Preprocessing.Default.Std,
    };

    private static ImmutableArray<int> Shape(EquatableArray<long> shape) => [.. shape.Select(static extent => checked((int)extent))];
}
