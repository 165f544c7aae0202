using Deit.Compiler;
using Deit.Optimization;
using Deit.Training;

namespace Deit.Tests.Optimization;

/// <summary>The schedules beside the cosine, by the formulas of timm's schedulers.</summary>
public sealed class SchedulesTests
{
    [Fact]
    public void A_step_schedule_decays_every_so_many_epochs_from_the_first_on()
    {
        var schedule = new StepSchedule(1, DecayEpochs: 3, DecayRate: 0.5, WarmupEpochs: 2, WarmupLearningRate: 0.2);

        AssertRates([0.2, 0.6, 1, 0.5, 0.5, 0.5, 0.25], schedule);
    }

    [Fact]
    public void With_the_warmup_as_a_prefix_the_steps_count_from_its_end()
    {
        var schedule = new StepSchedule(1, DecayEpochs: 3, DecayRate: 0.5, WarmupEpochs: 2, WarmupLearningRate: 0.2, WarmupPrefix: true);

        AssertRates([0.2, 0.6, 1, 1, 1, 0.5, 0.5, 0.5, 0.25], schedule);
    }

    [Fact]
    public void A_milestone_counts_from_the_epoch_of_its_number_on_counted_from_one()
    {
        var schedule = new MultistepSchedule(1, new EquatableArray<long>([3, 5]), DecayRate: 0.1, WarmupEpochs: 0);

        AssertRates([1, 1, 0.1, 0.1, 0.01, 0.01], schedule);
    }

    [Fact]
    public void A_cosine_with_a_prefix_is_the_cosine_later()
    {
        var schedule = new CosineSchedule(1e-3, Epochs: 4, WarmupEpochs: 2, WarmupPrefix: true);
        var plain = new CosineSchedule(1e-3, Epochs: 4, WarmupEpochs: 0);

        Assert.Equal(1e-6, schedule.At(0));
        Assert.Equal([plain.At(0), plain.At(1), plain.At(3), 1e-5], [schedule.At(2), schedule.At(3), schedule.At(5), schedule.At(6)]);
    }

    [Fact]
    public void A_plateau_decays_after_more_epochs_without_progress_than_are_borne()
    {
        var schedule = new PlateauSchedule(1, Patience: 1, DecayRate: 0.1, WarmupEpochs: 1, WarmupLearningRate: 0.5, MinimumLearningRate: 0.05);
        // The first is of the warmup and would never be exceeded; 0.50004 is no progress over 0.5.
        double?[] accuracies = [0.9, 0.5, 0.50004, 0.4, 0.6, 0.6, 0.6];

        Assert.Equal([0.5, 1, 1, 1, 0.1, 0.1, 0.1, 0.05], Enumerable.Range(0, 8).Select(epoch => Math.Round(schedule.At(epoch, accuracies), 12)));
    }

    [Fact]
    public void A_plateau_passes_over_epochs_that_were_not_evaluated()
    {
        var schedule = new PlateauSchedule(1, Patience: 1, DecayRate: 0.1, WarmupEpochs: 1, WarmupLearningRate: 1);
        double?[] accuracies = [0.1, null, 0.5, null, null, 0.5, null, 0.5];

        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 0.1], Enumerable.Range(0, 9).Select(epoch => schedule.At(epoch, accuracies)));
    }

    [Fact]
    public void A_plateau_knows_nothing_of_later_epochs()
    {
        var schedule = new PlateauSchedule(1, Patience: 0, DecayRate: 0.1, WarmupEpochs: 0);
        double?[] accuracies = [0.5, 0.4, 0.3, 0.2];

        for (int epoch = 0; epoch <= accuracies.Length; epoch++)
        {
            Assert.Equal(schedule.At(epoch, accuracies[..epoch]), schedule.At(epoch, accuracies));
        }
    }

    [Fact]
    public void A_linear_scale_multiplies_by_the_images_of_a_step_over_512()
    {
        var options = new TrainingOptions { LearningRate = 5e-4, LearningRateScaling = LearningRateScaling.Linear, BatchSize = 256, GradientAccumulationSteps = 4 };

        Assert.Equal(1e-3, options.ScaledLearningRate, 1e-15);
        Assert.Equal(1e-3, options.Schedule().BaseLearningRate, 1e-15);
        Assert.Equal(5e-4, (options with { LearningRateScaling = LearningRateScaling.None }).Schedule().BaseLearningRate);
    }

    [Fact]
    public void Cooldown_and_prefix_lengthen_the_training_at_the_rate_where_the_cosine_ends()
    {
        var options = new TrainingOptions { Epochs = 10, WarmupEpochs = 3, CooldownEpochs = 2 };

        Assert.Equal(12, options.TotalEpochs);
        Assert.All(Enum.GetValues<ScheduleType>(), type => Assert.Equal(15, (options with { ScheduleType = type, WarmupPrefix = true }).TotalEpochs));
        Assert.Equal([1e-5, 1e-5], [options.Schedule().At(10), options.Schedule().At(11)]);
    }

    [Theory]
    [InlineData(ScheduleType.Cosine, typeof(CosineSchedule))]
    [InlineData(ScheduleType.Step, typeof(StepSchedule))]
    [InlineData(ScheduleType.Multistep, typeof(MultistepSchedule))]
    [InlineData(ScheduleType.Plateau, typeof(PlateauSchedule))]
    [InlineData(ScheduleType.Constant, typeof(StepSchedule))]
    public void Every_type_gives_its_schedule(ScheduleType type, Type schedule) =>
        Assert.IsType(schedule, new TrainingOptions { ScheduleType = type }.Schedule());

    [Fact]
    public void A_constant_schedule_stays_after_its_warmup()
    {
        LearningRateSchedule schedule = new TrainingOptions { ScheduleType = ScheduleType.Constant, LearningRate = 0.1, WarmupEpochs = 1 }.Schedule();

        Assert.Equal([1e-6, 0.1, 0.1, 0.1], new[] { 0, 1, 2, 5000 }.Select(epoch => schedule.At(epoch)));
    }

    [Fact]
    public void Rates_out_of_range_are_refused()
    {
        Assert.Throws<DeitException>(() => new StepSchedule(1, 0, 0.1, 0));
        Assert.Throws<DeitException>(() => new StepSchedule(1, 1, 0, 0));
        Assert.Throws<DeitException>(() => new MultistepSchedule(1, new([1]), 1.1, 0));
        Assert.Throws<DeitException>(() => new PlateauSchedule(1, -1, 0.1, 0));
        Assert.Throws<DeitException>(() => new DecayOptions { Rate = double.NaN });
    }

    private static void AssertRates(double[] expected, LearningRateSchedule schedule) =>
        Assert.Equal(expected, Enumerable.Range(0, expected.Length).Select(epoch => Math.Round(schedule.At(epoch), 12)));
}
