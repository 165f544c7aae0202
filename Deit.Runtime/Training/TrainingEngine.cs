using Deit.Checkpoints;
using Deit.Data;
using Deit.Optimization;
using Deit.Reporting.TensorBoard;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>The training loop, the same for every model: epochs of steps, each epoch evaluated, measured and saved.</summary>
internal sealed class TrainingEngine(Learner learner, TrainingOptions options, FitOptions surroundings)
{
    private readonly TrainingViews _views = new(options, learner.Model.Description.Classes);
    private readonly LearningRateSchedule _schedule = options.Schedule();
    private readonly bool _fused = options.Fused && options.TrainMode && learner.TrainsAll && learner.Model.Description.TrainingPlan is not null;

    /// <summary>Trains to the end. The model is in evaluation mode afterwards.</summary>
    /// <exception cref="DeitException">The data do not suit the model, or the loss stopped being a number.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the last checkpoint is of the last step.</exception>
    public TrainingResult Fit(DataSplits data, CancellationToken cancellationToken)
    {
        DataFit.Require(learner.Model.Description, data);
        Device device = surroundings.Device ?? learner.Model.Module.parameters().First().device;
        using IDisposable arithmetic = TensorFloat32.Begin(options.TensorFloat32);
        learner.Begin(data, device);
        learner.Loss = options.Loss;
        using var frozen = new FrozenParameters(learner.Model, options.Freeze);
        var badImages = new BadImages(surroundings.Loading.MaximumBadImages);
        var loader = _views.Loader(data, surroundings.Loading, badImages, device);
        var transform = new EvaluationTransform(data.Preprocessing, data.ImageSize);
        var evaluator = new Evaluator(data.Validation, transform, options.BatchSize, device, surroundings.Loading, badImages);
        using var state = new TrainingState(learner.Model, options, _fused);
        var log = new TrainingLog(surroundings.Folder, learner.Model.Description.Name, surroundings.Checkpoints.KeepEvery);
        EpochPosition? within = log.Begin(state, surroundings.Resume, options.TotalEpochs);
        RequirePlace(within, loader.BatchesPerEpoch);
        var board = new TensorBoardLog(surroundings.TensorBoard, surroundings.Time, surroundings.Observer);
        board.Begin(log.Epochs);

        int steps = MicroBatch.Steps(loader.BatchesPerEpoch, options.GradientAccumulationSteps);
        surroundings.Observer?.PhaseStarted(
            new(surroundings.Phase, learner.Model.Description.Name, options.TotalEpochs, log.Epochs.Count, steps));
        var meter = new StepMeter(surroundings.Time, options.TotalEpochs, steps);
        var saver = new StepSaver(log, state, surroundings.Checkpoints, surroundings.Time);
        using var guard = new StepGuard(learner, options, surroundings, loader.Dataset, state, meter);
        for (int epoch = log.Epochs.Count; epoch < options.TotalEpochs && !EarlyStop.IsDue(log.Epochs, options.Patience); epoch++)
        {
            EpochMetrics achieved = RunEpoch(epoch, within, log.Epochs, state, loader, evaluator, meter, guard, saver, cancellationToken);
            within = null;
            log.Add(achieved, state);
            board.Add(achieved);
            foreach (BadImage image in badImages.TakeNew()) surroundings.Observer?.ImageUnreadable(image);
            surroundings.Observer?.EpochDone(new(surroundings.Phase, options.TotalEpochs, achieved));
        }

        learner.Model.Module.eval();
        return new([.. log.Epochs]);
    }

    private static void RequirePlace(EpochPosition? within, int batches)
    {
        if (within is null || within.Batches <= batches) return;
        throw new DeitException(
            $"The checkpoint is after {within.Batches} batches of an epoch that has {batches} now: resume it with the images that it was begun with.");
    }

    private EpochMetrics RunEpoch(
        int epoch,
        EpochPosition? from,
        IReadOnlyList<EpochMetrics> before,
        TrainingState state,
        DataLoader loader,
        Evaluator evaluator,
        StepMeter meter,
        StepGuard guard,
        StepSaver saver,
        CancellationToken cancellationToken)
    {
        meter.BeginEpoch(epoch + 1, from, options.GradientAccumulationSteps);
        saver.BeginEpoch(from);
        try
        {
            return TrainAndEvaluate(epoch, before, state, loader, evaluator, meter, guard, saver, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            saver.Stop(meter.Position);
            throw;
        }
    }

    private EpochMetrics TrainAndEvaluate(
        int epoch,
        IReadOnlyList<EpochMetrics> before,
        TrainingState state,
        DataLoader loader,
        Evaluator evaluator,
        StepMeter meter,
        StepGuard guard,
        StepSaver saver,
        CancellationToken cancellationToken)
    {
        double learningRate = _schedule.At(epoch, [.. before.Select(static earlier => earlier.IfEvaluated()?.Top1)]);
        guard.BeginEpoch(epoch, learningRate, before);
        Train(epoch, learningRate, state, loader, meter, guard, saver, cancellationToken);
        guard.EndEpoch();

        // Before images are evaluated, which takes time too.
        double pace = meter.ImagesPerSecond;
        Evaluation? evaluated = Evaluates(epoch) ? Evaluate(evaluator, guard, cancellationToken) : null;

        // One that was rolled back at its last step goes on with the weights of the epoch before, and what they have lost and taken.
        (double trainLoss, double imagesPerSecond) = meter.HasLearned ? (meter.Loss, pace) : (before[^1].TrainLoss, before[^1].ImagesPerSecond);

        if (evaluated is not { } evaluation)
        {
            return before[^1] with
            {
                Epoch = epoch + 1,
                EvaluatedEpoch = before[^1].EvaluatedEpoch ?? before[^1].Epoch,
                LearningRate = learningRate,
                TrainLoss = trainLoss,
                ImagesPerSecond = imagesPerSecond,
                Seconds = meter.Seconds,
                DataSeconds = meter.DataSeconds,
                SkippedSteps = meter.SkippedSteps,
            };
        }

        return new()
        {
            Epoch = epoch + 1,
            LearningRate = learningRate,
            TrainLoss = trainLoss,
            ValidationLoss = evaluation.Loss,
            Top1 = evaluation.Top1,
            ClassTop1 = evaluation.ClassTop1,
            DistillationTop1 = evaluation.DistillationTop1,
            EmaTop1 = EvaluateAverage(state, evaluator, cancellationToken),
            ImagesPerSecond = imagesPerSecond,
            Seconds = meter.Seconds,
            DataSeconds = meter.DataSeconds,
            SkippedSteps = meter.SkippedSteps,
        };
    }

    /// <summary>Evaluates the model: as the epoch left it, or rolled back to its beginning where the loss is no number otherwise.</summary>
    private Evaluation Evaluate(Evaluator evaluator, StepGuard guard, CancellationToken cancellationToken)
    {
        while (true)
        {
            Evaluation evaluation = evaluator.Evaluate(learner, cancellationToken);
            if (evaluation.NonFinite is not { } batch) return evaluation;
            guard.GiveUpEpoch(evaluator, batch);
        }
    }

    private bool Evaluates(int epoch) =>
        epoch == 0 || (epoch + 1) % options.EvaluateEvery == 0 || epoch + 1 == options.TotalEpochs;

    private void Train(
        int epoch,
        double learningRate,
        TrainingState state,
        DataLoader loader,
        StepMeter meter,
        StepGuard guard,
        StepSaver saver,
        CancellationToken cancellationToken)
    {
        learner.Model.Module.train(options.TrainMode);
        int number = meter.Position.Batches;
        foreach (Batch batch in meter.Waiting(loader.Epoch(epoch, skipBatches: number)))
        {
            using (batch)
            {
                var part = MicroBatch.Of(number, loader.BatchesPerEpoch, options.GradientAccumulationSteps);
                if (part.IsFirst)
                {
                    // A step that was begun is finished: gradients of half a step are in no checkpoint.
                    cancellationToken.ThrowIfCancellationRequested();
                    guard.BeginStep();
                }

                if (!guard.HasGivenUp) Learn(epoch, learningRate, state, meter, guard, batch, number, part);
                number++;
                if (!part.IsLast) continue;

                guard.EndStep(part.Count);
                if (!guard.HasGivenUp) surroundings.Observer?.StepDone(meter.Report(surroundings.Phase));
                saver.StepDone(meter.Position);
            }
        }
    }

    /// <summary>Learns from a batch, or gives its step up.</summary>
    private void Learn(
        int epoch, double learningRate, TrainingState state, StepMeter meter, StepGuard guard, Batch batch, int number, MicroBatch part)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingRandom.BeginBatch(options.Seed, epoch, number);
        (Tensor images, Tensor targets) = _views.Mix(batch, epoch, number);
        using Lesson lesson = learner.Learn(images, targets, new(epoch, number, batch.Indices), _fused);
        double loss = lesson.Loss.item<float>();
        FailureCause? cause = guard.Judge(loss) ?? (state.Descend(lesson, part, learningRate) ? null : FailureCause.Gradient);
        if (cause is { } failure) guard.GiveUp(failure, loss, new(number, batch, images, targets) { Answer = lesson.Answer, MicroBatches = part.Count });
        else meter.Add(loss, Evaluator.Right(lesson.Logits, targets.argmax(1)), batch.Indices.Count);
    }

    private double? EvaluateAverage(TrainingState state, Evaluator evaluator, CancellationToken cancellationToken)
    {
        if (state.Average is null) return null;
        using IDisposable averaged = state.Average.Swap();
        return evaluator.Evaluate(learner, cancellationToken).Top1;
    }
}
