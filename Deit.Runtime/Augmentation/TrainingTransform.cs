using System.Collections.Immutable;
using Deit.Compiler.Augmentation;
using Deit.Data;

namespace Deit.Augmentation;

/// <summary>
/// timm's transform for training (<c>create_transform(is_training=True)</c>): crop, flips, policy, colour jitter, grey, blur,
/// normalisation, erasing, in this order. It has no state, and every step draws from a stream of its own, so that a sample depends
/// on its key alone, and switching a step on leaves the others' draws as they were.
/// </summary>
public sealed class TrainingTransform : ISampleTransform, ICropPlanner
{
    // timm moves images by at most this part of their size.
    private const double TranslatedPart = 0.45;
    private const double AugMixTranslatedPart = 0.3;

    private readonly Cropper _crop;
    private readonly ImmutableArray<IImageStep> _steps;
    private readonly PixelNormalization _normalization;
    private readonly Eraser? _eraser;

    /// <summary>Makes the transform.</summary>
    /// <param name="options">The steps.</param>
    /// <param name="preprocessing">The colours that the model is trained with; crop and filter are those of the options.</param>
    /// <param name="size">Height and width that the model takes, in pixels.</param>
    /// <exception cref="DeitException">A value of <paramref name="preprocessing"/> makes no sense.</exception>
    public TrainingTransform(AugmentationOptions options, Preprocessing preprocessing, int size)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(preprocessing);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        bool isPadded = options.Crop is CropMode.Simple or CropMode.Padded;
        Check.Value("Crop padding", options.CropPadding, !isPadded || options.CropPadding < size, $"less than the images' side, {size}");
        Size = size;
        PlansCrops = options.Crop == CropMode.RandomResized;
        _normalization = new PixelNormalization(preprocessing.Mean, preprocessing.Std);
        _crop = new Cropper(options, size);
        _steps = [.. Steps(options, preprocessing, size)];
        _eraser = options.RandomErasing > 0
            ? new Eraser(options.RandomErasing, options.RandomErasingMode, options.RandomErasingCount)
            : null;
    }

    /// <summary>Height and width of the result, in pixels.</summary>
    public int Size { get; }

    /// <inheritdoc/>
    public int Height => Size;

    /// <inheritdoc/>
    public int Width => Size;

    /// <inheritdoc/>
    public bool PlansCrops { get; }

    /// <inheritdoc/>
    public void Apply(RgbImage image, in SampleKey key, Span<float> destination) => Apply(image, key, destination, drawn: null);

    /// <summary>Transforms an image, and says what was drawn.</summary>
    /// <param name="image">An image of any size; it is not changed.</param>
    /// <param name="key">What the draws depend on.</param>
    /// <param name="destination">Takes 3 x size x size normalised values (CHW).</param>
    /// <param name="drawn">Takes what was drawn, in words, step by step; null for nothing.</param>
    public void Apply(RgbImage image, in SampleKey key, Span<float> destination, ICollection<string>? drawn)
    {
        ArgumentNullException.ThrowIfNull(image);
        Finish(_crop.Apply(image, key, drawn), key, destination, drawn);
    }

    /// <summary>
    /// The part of an image that a sample is made of, and the filter that brings it to the model's size: so that no more of the image
    /// need be decoded. Null where it is not a part that is resized by itself (any crop but <see cref="CropMode.RandomResized"/>).
    /// </summary>
    /// <param name="width">Width of the image.</param>
    /// <param name="height">Height of the image.</param>
    /// <param name="key">What the draws depend on.</param>
    public (PixelBox Crop, ResamplingFilter Filter)? PlanCrop(int width, int height, in SampleKey key) => _crop.Plan(width, height, key);

    /// <inheritdoc/>
    public CropPlan Plan(int width, int height, in SampleKey key) => PlanCrop(width, height, key) is { } plan
        ? new(plan.Crop, Size, Size, plan.Filter)
        : throw new InvalidOperationException("This transform does not plan crops.");

    /// <inheritdoc/>
    public void ApplyToCrop(RgbImage crop, in SampleKey key, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(crop);

        // The steps give the image they are given back to its pool; the caller's own stays the caller's.
        Finish(new RgbImage(crop.Width, crop.Height, crop.Pixels), key, destination, drawn: null);
    }

    private void Finish(RgbImage current, in SampleKey key, Span<float> destination, ICollection<string>? drawn)
    {
        try
        {
            foreach (IImageStep step in _steps) step.Apply(ref current, key, drawn);
            _normalization.Apply(current, destination);
        }
        finally
        {
            current.Dispose();
        }

        _eraser?.Apply(destination, Size, Size, key, drawn);
    }

    private static IEnumerable<IImageStep> Steps(AugmentationOptions options, Preprocessing preprocessing, int size)
    {
        if (options.HorizontalFlip > 0)
        {
            yield return new FlipStep(AugmentationPurpose.HorizontalFlip, options.HorizontalFlip, "flipped", Flip.Horizontal);
        }

        if (options.VerticalFlip > 0)
        {
            yield return new FlipStep(AugmentationPurpose.VerticalFlip, options.VerticalFlip, "upside down", Flip.Vertical);
        }

        if (options.AutoAugment is { } policy) yield return Policy(policy, options, preprocessing, size);
        bool jitters = options.AutoAugment is null || options.ForceColorJitter || options.AutoAugment.Contains("3a", StringComparison.Ordinal);
        if (options.ColorJitter.IsOn && jitters) yield return new ColorJitterStep(options.ColorJitter, options.ColorJitterProbability);
        if (options.Grayscale > 0) yield return new GrayscaleStep(options.Grayscale);
        if (options.GaussianBlur > 0) yield return new GaussianBlurStep(options.GaussianBlur);
    }

    private static IImageStep Policy(string text, AugmentationOptions options, Preprocessing preprocessing, int size)
    {
        _ = PolicyGrammar.Read(text, out AugmentationPolicy? policy);
        double part = policy is AugMixPolicy ? AugMixTranslatedPart : TranslatedPart;
        var settings = new PolicySettings(
            options.Interpolation, MeanColour(preprocessing.Mean), new MagnitudeScale((int)(size * TranslatedPart), part));
        return policy switch
        {
            RandAugmentPolicy rand => new RandAugmentStep(rand, settings),
            AugMixPolicy mix => new AugMixStep(mix, settings),
            AutoAugmentPolicy auto => new AutoAugmentStep(auto, settings),
            _ => throw new InvalidOperationException($"The policy '{text}' was checked and cannot be read."),
        };
    }

    // What comes from outside of an image has the mean colour, as timm has it.
    private static RgbColor MeanColour(ImmutableArray<double> mean)
    {
        return new(Level(mean[0]), Level(mean[1]), Level(mean[2]));

        static byte Level(double value) => (byte)Math.Clamp(Math.Round(byte.MaxValue * value), byte.MinValue, byte.MaxValue);
    }
}
