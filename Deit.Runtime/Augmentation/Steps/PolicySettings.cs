using Deit.Data;

namespace Deit.Augmentation;

/// <summary>What the operators of a policy share.</summary>
/// <param name="Interpolation">The filter of operators that turn, shear and move; null draws bilinear or bicubic for each.</param>
/// <param name="Fill">The colour of what comes from outside of the image.</param>
/// <param name="Scale">From magnitudes to arguments.</param>
internal sealed record PolicySettings(ResamplingFilter? Interpolation, RgbColor Fill, MagnitudeScale Scale);
