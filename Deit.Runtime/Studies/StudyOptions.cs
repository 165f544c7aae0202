using Deit.Benchmarking;
using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Studies;

/// <summary>What surrounds a study.</summary>
public sealed record StudyOptions
{
    /// <summary>Where the images are, in place of the recipes' own path; null takes that.</summary>
    public string? Data { get; init; }

    /// <summary>The study's folder: a study that is in it goes on; null makes a new one under <c>runs</c>.</summary>
    public string? Output { get; init; }

    /// <summary>The arms to train, with the arms that teach them; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Who is told how trainings go on; null tells nobody.</summary>
    public ITrainingObserver? Observer { get; init; }

    /// <summary>Who is told how the study goes on; null tells nobody.</summary>
    public IStudyObserver? Progress { get; init; }

    /// <summary>Where to train.</summary>
    public Device Device { get; init; } = CPU;

    /// <summary>The turns that every model has while its throughput is measured.</summary>
    public int Rounds { get; init; } = 2 * Interleaved.DefaultRounds;

    /// <summary>The clock that names folders and measures durations.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Is told how a study goes on. Calls come from its own thread, one after the other.</summary>
public interface IStudyObserver
{
    /// <summary>A run is about to begin, or to go on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="number">Which of the study's runs it is, from 1; those that were finished before count.</param>
    /// <param name="count">The runs in all.</param>
    /// <param name="trained">How long the study's runs were trained so far.</param>
    void RunStarted(StudyRunKey run, int number, int count, TimeSpan trained);

    /// <summary>A run failed, or is not begun because its teacher is not trained. The study goes on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reason">Why, in words.</param>
    void RunFailed(StudyRunKey run, string reason);

    /// <summary>The runs that were asked for are finished, but for those that failed, and the throughput of models is about to be measured.</summary>
    /// <param name="models">How many models; those of all runs that are finished.</param>
    void MeasurementStarted(int models);
}
