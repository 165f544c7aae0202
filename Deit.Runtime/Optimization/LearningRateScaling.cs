namespace Deit.Optimization;

/// <summary>How a learning rate depends on the images of a step.</summary>
public enum LearningRateScaling
{
    /// <summary>Not at all: it is taken as it is stated.</summary>
    None,

    /// <summary>
    /// It is stated for 512 images and grows with them (Goyal et al., arXiv 1706.02677), as <c>facebookresearch/deit</c> does unless told
    /// <c>--unscale-lr</c>. The rates at which warmup and cosine end are taken as they are.
    /// </summary>
    Linear,
}
