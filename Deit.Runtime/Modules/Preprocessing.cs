using System.Collections.Immutable;

namespace Deit;

/// <summary>How an image becomes what a model was trained to see, in timm's terms.</summary>
public sealed record Preprocessing
{
    /// <summary>What published ImageNet weights mostly expect.</summary>
    public static Preprocessing Default { get; } = new();

    /// <summary>The part of the shorter side that the centre crop keeps: the image is resized to the model's size divided by it.</summary>
    public double CropPct { get; init; } = 0.875;

    /// <summary>The filter of the resize: <c>bicubic</c> or <c>bilinear</c>, antialiased.</summary>
    public string Interpolation { get; init; } = "bicubic";

    /// <summary>Mean of every channel, of values from 0 to 1.</summary>
    public ImmutableArray<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>Standard deviation of every channel, of values from 0 to 1.</summary>
    public ImmutableArray<double> Std { get; init; } = [0.229, 0.224, 0.225];
}
