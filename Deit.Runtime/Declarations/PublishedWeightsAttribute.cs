namespace Deit;

/// <summary>
/// Weights that were published for the model on whose class it stands beside the model's own attribute; the usual ones come
/// first. The generated <c>Description</c> lists them.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class PublishedWeightsAttribute : Attribute
{
    /// <summary>What timm calls them, such as <c>fb_in1k</c>; what one tag reaches with images of several sizes has an attribute each. Required.</summary>
    public string? Tag { get; set; }

    /// <summary>The address of the file. Required.</summary>
    public string? Url { get; set; }

    /// <summary>Where the figures are from. Required.</summary>
    public string? Source { get; set; }

    /// <summary>Top-1 accuracy on ImageNet-1k's validation set, in per cent.</summary>
    public double Top1 { get; set; }

    /// <summary>Top-5 accuracy, in per cent.</summary>
    public double Top5 { get; set; }

    /// <summary>Height and width of the images that were judged, in pixels; the model's where it is not stated.</summary>
    public int ImageSize { get; set; }

    /// <summary>The part of the shorter side that the centre crop keeps, where these weights differ; otherwise the model's.</summary>
    public double CropPct { get; set; }

    /// <summary>The filter of the resize, <c>bicubic</c> or <c>bilinear</c>, where these weights differ.</summary>
    public string? Interpolation { get; set; }

    /// <summary>Mean of every channel, of values from 0 to 1, where these weights differ.</summary>
    public double[] Mean { get; set; } = [];

    /// <summary>Standard deviation of every channel, of values from 0 to 1, where these weights differ.</summary>
    public double[] Std { get; set; } = [];
}
