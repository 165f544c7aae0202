using Deit.Data;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>What surrounds a training without changing its numbers.</summary>
public sealed record FitOptions
{
    /// <summary>Where metrics and checkpoints are written; null writes none.</summary>
    public RunFolder? Folder { get; init; }

    /// <summary>Whether to continue from the folder's last checkpoint, where it has one; otherwise the folder must have none.</summary>
    public bool Resume { get; init; }

    /// <summary>When it is saved, where there is a folder.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>The folder of a TensorBoard event file of the epochs; null writes none.</summary>
    public string? TensorBoard { get; init; }

    /// <summary>Who is told how it goes on; null tells nobody.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>How images are read.</summary>
    public LoadingOptions Loading { get; init; } = new();

    /// <summary>What the observer is told that is trained.</summary>
    public TrainingPhase Phase { get; init; } = TrainingPhase.Student;

    /// <summary>Where to train: the model is moved there. Null stays where it is.</summary>
    public Device? Device { get; init; }

    /// <summary>The clock that durations are measured by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
