using Deit.Data;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>How a model answers images.</summary>
public sealed record InferenceOptions
{
    /// <summary>How images are prepared.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Default;

    /// <summary>Images at once; it changes nothing but time and memory.</summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int BatchSize
    {
        get;
        init => field = Check.Value("The batch size", value, value >= 1, "at least 1");
    }
    = 64;

    /// <summary>Threads that decode images.</summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int Workers
    {
        get;
        init => field = Check.Value("The number of data workers", value, value >= 1, "at least 1");
    }
    = Environment.ProcessorCount;

    /// <summary>Where to compute: the model is moved there. Null stays where it is.</summary>
    public Device? Device { get; init; }

    /// <summary>The clock that paces are measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
