namespace Deit;

/// <summary>What every declaration of a model can say.</summary>
public abstract class VisionModelAttribute : Attribute
{
    private protected VisionModelAttribute()
    {
    }

    /// <summary>The model's name, as in timm; by default the class's in snake case.</summary>
    public string? Name { get; set; }

    /// <summary>What the model is, in a sentence: the documentation of the class.</summary>
    public string? Description { get; set; }

    /// <summary>Where the model was published: an arXiv number, <c>"2012.12877"</c>, or an address.</summary>
    public string? Paper { get; set; }

    /// <summary>How images are prepared: the part of the shorter side that the centre crop keeps; 0.875 by default.</summary>
    public double CropPct { get; set; } = 0.875;

    /// <summary>How images are prepared: the filter of the resize, <c>bicubic</c>, the default, or <c>bilinear</c>.</summary>
    public string Interpolation { get; set; } = "bicubic";

    /// <summary>How images are prepared: mean of every channel, of values from 0 to 1; ImageNet's by default.</summary>
    public double[] Mean { get; set; } = [];

    /// <summary>How images are prepared: standard deviation of every channel, of values from 0 to 1; ImageNet's by default.</summary>
    public double[] Std { get; set; } = [];

    /// <summary>The model that this one derives from, <c>typeof(Other)</c>: what is not stated here is taken from there.</summary>
    public Type? Base { get; set; }

    /// <summary>The model that this one is to be distilled from, <c>typeof(Other)</c>; that both fit is checked while compiling.</summary>
    public Type? Teacher { get; set; }

    /// <summary>The most parameters that the model may have; one more is an error. No limit by default.</summary>
    public long MaxParameters { get; set; }

    /// <summary>The most multiply-accumulate operations that an image may take; one more is an error. No limit by default.</summary>
    public long MaxMacs { get; set; }

    /// <summary>
    /// The most memory that the values of a generated training step of <see cref="Batch"/> images may take, such as <c>6 GiB</c>; more is
    /// an error. No limit by default.
    /// </summary>
    public string MaxTrainingBytes { get; set; } = "";

    /// <summary>The images of the step that <see cref="MaxTrainingBytes"/> speaks of; 128 by default.</summary>
    public int Batch { get; set; } = 128;

    /// <summary>
    /// Activation checkpointing (Chen et al., arXiv 1604.06174): of so many residual blocks in a row, a generated training step keeps the input
    /// alone and runs them again before it differentiates them, to the same gradients, bit for bit. 0, the default, for none.
    /// </summary>
    public int CheckpointEvery { get; set; }

    /// <summary>Height and width of the images, in pixels; 224 by default.</summary>
    public int ImageSize { get; set; } = 224;

    /// <summary>Number of channels of the images; 3 by default.</summary>
    public int Channels { get; set; } = 3;

    /// <summary>Number of classes; 1000 by default.</summary>
    public int Classes { get; set; } = 1000;

    /// <summary>
    /// Stochastic depth: the probability to leave out the last block's branches while training; it rises linearly from 0 in
    /// the first block. 0 by default.
    /// </summary>
    public double DropPath { get; set; }

    /// <summary>
    /// In which arithmetic generated training code multiplies matrices: <c>float32</c>, the default, or <c>bf16</c>, on bfloat16 copies
    /// of weights and activations that stay in float32 otherwise.
    /// </summary>
    public string Precision { get; set; } = "float32";

    /// <summary>
    /// What stochastic depth leaves out a branch of: <c>sample</c>, each image by itself, the default, or <c>batch</c>, all images of a
    /// step together; the branch is not run then.
    /// </summary>
    public string DropPathMode { get; set; } = "sample";

    /// <summary>Dropout (Srivastava et al., JMLR 15, 2014): the probability to drop an element of what the classifier reads, while training. 0 by default.</summary>
    public double DropRate { get; set; }
}
