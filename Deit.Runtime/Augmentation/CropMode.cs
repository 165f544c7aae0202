namespace Deit.Augmentation;

/// <summary>How the part of an image is found that a model is trained on.</summary>
public enum CropMode
{
    /// <summary>The whole image, its shorter side resized, its centre cut out: nothing is drawn.</summary>
    None,

    /// <summary>A part of random area and aspect, resized (Szegedy et al., arXiv 1409.4842): what DeiT is trained with.</summary>
    RandomResized,

    /// <summary>The shorter side resized, the border reflected, a window cut out at random: DeiT III's simple random crop.</summary>
    Simple,

    /// <summary>The shorter side resized, a black border, a window cut out at random: what DeiT does with small images.</summary>
    Padded,
}
