using Deit.Checkpoints;
using Deit.Data;
using Deit.Distillation;
using Deit.Optimization;
using Deit.Tests.Support;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

[Collection(GlobalGenerator.Name)]
public sealed class TrainerTests
{
    private static readonly DistillationOptions Hard = new() { Type = DistillationType.Hard };

    public static TheoryData<string> AllDevices => Devices.All;

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void A_classifier_learns_the_digits(string device)
    {
        FitOptions there = On(device);
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();

        TrainingResult result = new Trainer<TinyClassifier>(model, TinyTraining.Plain with { Epochs = 4 }).Fit(TinyTraining.Digits, there);

        Assert.Equal([1, 2, 3, 4], result.Epochs.Select(static epoch => epoch.Epoch));
        Assert.True(result.Last.TrainLoss < result.Epochs[0].TrainLoss / 2);
        Assert.True(result.Last.ValidationLoss < result.Epochs[0].ValidationLoss / 2);
        Assert.True(result.Last.Top1 > 0.9);
        Assert.InRange(result.Last.EmaTop1!.Value, 0.85, 1);
        Assert.Null(result.Last.ClassTop1);
        Assert.Null(result.Last.DistillationTop1);
        Assert.False(model.training);
    }

    [SkippableTheory]
    [InlineData(DistillationType.Soft, "cpu")]
    [InlineData(DistillationType.Hard, "cpu")]
    [InlineData(DistillationType.Soft, "cuda")]
    [InlineData(DistillationType.Hard, "cuda")]
    public void The_class_head_learns_the_labels_and_the_distillation_head_the_teacher(DistillationType type, string device)
    {
        FitOptions there = On(device);
        using TinyStudent student = TinyModels.Make<TinyStudent>();
        using var teacher = new MistakenTeacher();
        // Soft distillation is divided by the number of classes, so it needs the larger share.
        var distillation = new DistillationOptions { Type = type, Alpha = type == DistillationType.Soft ? 0.9 : 0.5 };

        TrainingResult result = new DistillingTrainer<TinyStudent>(student, teacher, TinyTraining.Plain with { Epochs = 4 }, distillation)
            .Fit(TinyTraining.Digits, there);

        Assert.True(result.Last.TrainLoss < result.Epochs[0].TrainLoss);
        Assert.InRange(result.Last.ClassTop1!.Value, 0.75, 1);
        Assert.InRange(result.Last.DistillationTop1!.Value, 0, 0.25);
        Assert.InRange(MistakenTeacher.Agreement(student), 0.75, 1);
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void The_teacher_answers_in_evaluation_mode_and_does_not_change(string device)
    {
        FitOptions there = On(device);
        using TinyStudent student = TinyModels.Make<TinyStudent>();
        using TinyClassifier teacher = TinyModels.Make<TinyClassifier>();
        using var scope = NewDisposeScope();
        var before = StateDict.Of(teacher).ToDictionary(static entry => entry.Key, static entry => entry.Value.clone());

        new DistillingTrainer<TinyStudent>(student, teacher, TinyTraining.Options with { Epochs = 2 }, Hard).Fit(TinyTraining.Digits, there);

        foreach ((string name, Tensor tensor) in StateDict.Of(teacher)) TensorAssert.Identical(before[name], tensor, name);
        Assert.All(teacher.parameters(), static parameter => Assert.Null(parameter.grad));
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void Without_distillation_only_the_class_head_of_a_distilled_model_is_trained(string device)
    {
        FitOptions there = On(device);
        using TinyStudent student = TinyModels.Make<TinyStudent>();
        using TinyStudent untrained = TinyModels.Make<TinyStudent>();

        TrainingResult result = new DistillingTrainer<TinyStudent>(student, null, TinyTraining.Plain, new()).Fit(TinyTraining.Digits, there);

        Assert.True(result.Last.ClassTop1 > 0.7);
        TensorAssert.Identical(StateDict.Of(untrained)["head_dist.weight"], StateDict.Of(student)["head_dist.weight"]);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others()
    {
        (EpochMetrics first, double[] weights) = Train(TinyTraining.Options);
        (EpochMetrics again, double[] sameWeights) = Train(TinyTraining.Options);
        (_, double[] otherWeights) = Train(TinyTraining.Options with { Seed = 4 });

        Assert.Equal(first with { Seconds = 0, ImagesPerSecond = 0, DataSeconds = null }, again with { Seconds = 0, ImagesPerSecond = 0, DataSeconds = null });
        Assert.Equal(weights, sameWeights);
        Assert.NotEqual(weights, otherWeights);
    }

    [Fact]
    public void Every_epoch_has_the_learning_rate_of_the_schedule()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        LearningRateSchedule schedule = TinyTraining.Options.Schedule();

        TrainingResult result = new Trainer<TinyClassifier>(model, TinyTraining.Options).Fit(TinyTraining.Digits);

        Assert.Equal(1e-3, result.Epochs[0].LearningRate);
        Assert.Equal([schedule.At(0), schedule.At(1), schedule.At(2)], result.Epochs.Select(static epoch => epoch.LearningRate));
    }

    [Fact]
    public void The_parameters_of_a_model_that_do_not_decay_are_those_of_the_reference()
    {
        using var model = new Deit.Models.DeitTinyPatch16_224();

        ParameterGroup group = WeightDecayGroups.Create(model, TinyTraining.Options.WeightDecay).Single(static group => group.WeightDecay == 0);

        Assert.Equal(
            ReferenceFile.Read("training/train_deit_tiny_patch16_224.json").GetProperty("no_weight_decay").EnumerateArray()
                .Select(static name => name.GetString()).Order(StringComparer.Ordinal),
            group.Parameters.Select(static entry => entry.Name).Order(StringComparer.Ordinal));
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void Weights_decay_and_biases_do_not(string device)
    {
        FitOptions there = On(device);
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        using (no_grad()) model.get_parameter("first.bias")!.fill_(5);
        // At this rate, decay divides by a hundred every step, and what a step adds is small.
        TrainingOptions options = TinyTraining.Plain with { Epochs = 1, WarmupEpochs = 0, LearningRate = 1e-4, WeightDecay = 9900 };

        new Trainer<TinyClassifier>(model, options).Fit(TinyTraining.Digits, there);

        Assert.True(model.get_parameter("first.weight")!.Values().Max(Math.Abs) < 1e-3);
        Assert.All(model.get_parameter("first.bias")!.Values(), static value => Assert.InRange(value, 4.9, 5.1));
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void A_loss_that_is_no_number_stops_the_training_and_says_when(string device)
    {
        FitOptions there = On(device);
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        var options = new TrainingOptions { Epochs = 2, BatchSize = 256, WarmupEpochs = 0, LearningRate = 1e30 };

        var error = Assert.Throws<DeitException>(() => new Trainer<TinyClassifier>(model, options).Fit(TinyTraining.Digits, there));

        Assert.Matches("^The loss is (NaN|Infinity) at step [23] of epoch 1, at learning rate 1E\\+30: ", error.Message);
    }

    [Fact]
    public void Images_that_do_not_suit_the_model_are_refused()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        var trainer = new Trainer<TinyClassifier>(model, TinyTraining.Options);

        var size = Assert.Throws<DeitException>(() => trainer.Fit(DigitsDataset.Open(16)));
        var classes = Assert.Throws<DeitException>(() => trainer.Fit(
            TinyTraining.Digits with { Train = new Data.PatternDataset(10, TinyModels.ImageSize) }));

        Assert.Contains("takes images of 8x8 pixels, but those of digits/train are opened at 16x16", size.Message, StringComparison.Ordinal);
        Assert.Contains("tells 10 classes apart, but pattern has 3", classes.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_teacher_is_refused()
    {
        using TinyStudent student = TinyModels.Make<TinyStudent>();

        var error = Assert.Throws<DeitException>(() =>
            new DistillingTrainer<TinyStudent>(student, null, TinyTraining.Options, new() { Type = DistillationType.Soft }));

        Assert.Contains("needs a teacher", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_leaves_no_tensor_behind()
    {
        using TinyStudent student = TinyModels.Make<TinyStudent>();
        using TinyClassifier teacher = TinyModels.Make<TinyClassifier>();
        var trainer = new DistillingTrainer<TinyStudent>(student, teacher, TinyTraining.Options with { Epochs = 2 }, Hard);
        // The first training gives the parameters their gradients, which stay.
        trainer.Fit(TinyTraining.Digits);

        // The images of 11 steps and of 3 batches that judge, twice for the average, are made on the loader's threads and freed on
        // this one.
        const int MadeElsewhere = 2 * (11 + 3 + 3);
        Assert.Equal(-MadeElsewhere, Tensors.LeftBehind(() => trainer.Fit(TinyTraining.Digits)));
    }

    [Fact]
    public void The_observer_is_told_of_every_step_and_epoch()
    {
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();
        var observer = new RecordingObserver();

        TrainingResult result = new Trainer<TinyClassifier>(model, TinyTraining.Options).Fit(
            TinyTraining.Digits, new() { Observer = observer, Phase = TrainingPhase.Teacher });

        var phase = new PhaseStarted(TrainingPhase.Teacher, "tiny_classifier", Epochs: 3, EpochsDone: 0, StepsPerEpoch: 11);
        Assert.Equal(phase, Assert.Single(observer.Phases));
        Assert.Equal(33, observer.Steps.Count);
        StepDone last = observer.Steps[^1];
        Assert.Equal((3, 3, 11, 11), (last.Epoch, last.Epochs, last.Step, last.Steps));
        Assert.Equal(TimeSpan.Zero, last.Remaining);
        Assert.True(observer.Steps[0].Remaining > TimeSpan.Zero);
        Assert.Equal(result.Last.TrainLoss, last.Loss);
        Assert.InRange(last.Accuracy, 0.3, 1);
        Assert.Equal(result.Epochs, observer.Epochs.Select(static epoch => epoch.Metrics));
    }

    private static FitOptions On(string device) => new() { Device = Devices.Require(device) };

    private static (EpochMetrics Last, double[] Weights) Train(TrainingOptions options)
    {
        using TinyStudent student = TinyModels.Make<TinyStudent>();
        using TinyClassifier teacher = TinyModels.Make<TinyClassifier>();
        TrainingResult result = new DistillingTrainer<TinyStudent>(student, teacher, options, Hard).Fit(TinyTraining.Digits);
        return (result.Last, [.. student.parameters().SelectMany(static parameter => parameter.Values())]);
    }
}
