using Deit.Pretrained;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>What surrounds the run of a recipe.</summary>
public sealed record RunOptions
{
    /// <summary>The folder of the images, in place of the recipe's own path; null takes that.</summary>
    public string? Data { get; init; }

    /// <summary>The run's folder; null makes a new one under <c>runs</c>.</summary>
    public string? Output { get; init; }

    /// <summary>Whether to continue the run in <see cref="Output"/>; where it is finished, its summary is the answer.</summary>
    public bool Resume { get; init; }

    /// <summary>Who is told how it goes on; null tells nobody.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>How published weights that the recipe asks for are downloaded.</summary>
    public DownloadOptions Download { get; init; } = new();

    /// <summary>Where to train.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>The clock that names folders and measures durations.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
