namespace Deit.Augmentation;

/// <summary>
/// How far colours are moved (torchvision's <c>ColorJitter</c>): brightness, contrast and saturation by a factor from
/// <c>1 - x</c>, at least 0, to <c>1 + x</c>, hue by a part of the circle from <c>-x</c> to <c>x</c>.
/// </summary>
/// <param name="Brightness">At least 0.</param>
/// <param name="Contrast">At least 0.</param>
/// <param name="Saturation">At least 0.</param>
/// <param name="Hue">From 0 to 0.5.</param>
public sealed record ColorJitterOptions(double Brightness, double Contrast, double Saturation, double Hue = 0)
{
    /// <summary>No jitter.</summary>
    public static ColorJitterOptions None { get; } = new(0, 0, 0);

    /// <summary>Whether any colour is moved.</summary>
    public bool IsOn => Brightness > 0 || Contrast > 0 || Saturation > 0 || Hue > 0;

    /// <summary>One strength for brightness, contrast and saturation, and none for hue: what timm makes of a single number.</summary>
    public static ColorJitterOptions Of(double strength) => new(strength, strength, strength);

    /// <summary>Refuses strengths that make no sense.</summary>
    internal ColorJitterOptions Checked()
    {
        Require("brightness", Brightness);
        Require("contrast", Contrast);
        Require("saturation", Saturation);
        Check.Value("The jitter of hue", Hue, Hue is >= 0 and <= 0.5, "from 0 to 0.5");
        return this;
    }

    private static void Require(string name, double value) =>
        Check.Value($"The jitter of {name}", value, value >= 0 && double.IsFinite(value), "at least 0");
}
