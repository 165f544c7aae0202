namespace Deit.Data;

/// <summary>Turns an image of any size into what a model takes. It has no state: threads share one.</summary>
public interface ISampleTransform
{
    /// <summary>Rows of the result.</summary>
    int Height { get; }

    /// <summary>Columns of the result.</summary>
    int Width { get; }

    /// <summary>Transforms an image.</summary>
    /// <param name="image">An image of any size; it is not changed.</param>
    /// <param name="key">What random draws depend on; an evaluation's transform draws nothing.</param>
    /// <param name="destination">Takes 3 x <see cref="Height"/> x <see cref="Width"/> normalised values (CHW).</param>
    void Apply(RgbImage image, in SampleKey key, Span<float> destination);
}
