using Deit.Data;

namespace Deit.Augmentation;

/// <summary>Operators that replace a level by another, whatever the image: those of Pillow's <c>ImageOps</c>, and timm's <c>solarize_add</c>.</summary>
internal static class Tones
{
    private const int White = LookUp.Levels - 1;
    private const int Bits = 8;
    private const int Half = LookUp.Levels / 2;

    /// <summary>The negative.</summary>
    public static void Invert(RgbImage image) => LookUp.Apply(image, static level => White - level);

    /// <summary>Keeps the highest bits of every level; 8 or more keep all, 0 or fewer none.</summary>
    public static void Posterize(RgbImage image, int bits)
    {
        if (bits >= Bits) return;
        int mask = bits <= 0 ? 0 : ~((1 << (Bits - bits)) - 1);
        LookUp.Apply(image, level => level & mask);
    }

    /// <summary>Inverts what is not darker than a threshold.</summary>
    public static void Solarize(RgbImage image, double threshold) =>
        LookUp.Apply(image, level => level < threshold ? level : White - level);

    /// <summary>Lightens the darker half.</summary>
    public static void SolarizeAdd(RgbImage image, double addition) => LookUp.Apply(
        image,
        level => level < Half ? (int)Math.Clamp(Math.Round(level + addition, MidpointRounding.ToEven), 0, White) : level);
}
