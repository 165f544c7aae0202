using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>Keeps all that it is told, and may stop a training at a step.</summary>
internal sealed class RecordingObserver : ITrainingObserver
{
    public List<WeightsLoaded> Loaded { get; } = [];

    public List<PhaseStarted> Phases { get; } = [];

    public List<StepDone> Steps { get; } = [];

    public List<EpochDone> Epochs { get; } = [];

    public List<EpochAnswered> Answered { get; } = [];

    /// <summary>What to do after a teacher's answers to a batch.</summary>
    public Action<BatchAnswered>? AfterBatch { get; init; }

    public List<StepGivenUp> GivenUp { get; } = [];

    /// <summary>What to do after a step, such as to cancel.</summary>
    public Action<StepDone>? AfterStep { get; init; }

    /// <summary>What to do after a step that was given up.</summary>
    public Action<StepGivenUp>? AfterGivenUp { get; init; }

    public void WeightsLoaded(WeightsLoaded weights) => Loaded.Add(weights);

    public void PhaseStarted(PhaseStarted phase) => Phases.Add(phase);

    public void StepDone(StepDone step)
    {
        Steps.Add(step);
        AfterStep?.Invoke(step);
    }

    public void BatchAnswered(BatchAnswered batch) => AfterBatch?.Invoke(batch);

    public void EpochAnswered(EpochAnswered epoch) => Answered.Add(epoch);

    public void StepGivenUp(StepGivenUp step)
    {
        GivenUp.Add(step);
        AfterGivenUp?.Invoke(step);
    }

    public void EpochDone(EpochDone epoch) => Epochs.Add(epoch);
}
