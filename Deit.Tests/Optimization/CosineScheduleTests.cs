using System.Text.Json;
using Deit.Optimization;
using Deit.Tests.Support;

namespace Deit.Tests.Optimization;

public sealed class CosineScheduleTests
{
    [Theory]
    [InlineData("batch1024_epochs300_warmup5", 300, 5)]
    [InlineData("batch256_epochs30_warmup5", 30, 5)]
    [InlineData("batch64_epochs10_warmup2", 10, 2)]
    public void Every_epoch_equals_the_reference(string name, int epochs, int warmup)
    {
        JsonElement reference = ReferenceFile.Read("recipe/lr_schedule.json").GetProperty(name);
        double[] expected = reference.GetProperty("lr_at_epoch").Doubles();
        var schedule = new CosineSchedule(reference.GetProperty("base_lr").GetDouble(), epochs, warmup);

        Assert.Equal(epochs, expected.Length);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            Tensors.AssertClose([expected[epoch]], [schedule.At(epoch)], 1e-12);
        }
    }

    [Fact]
    public void The_first_epoch_trains_with_the_warmup_rate_and_the_first_after_the_rise_is_on_the_cosine()
    {
        var schedule = new CosineSchedule(1e-3, Epochs: 20, WarmupEpochs: 5, WarmupLearningRate: 2e-6, MinimumLearningRate: 0);

        Assert.Equal(2e-6, schedule.At(0));
        Assert.Equal(0.5e-3 * (1 + Math.Cos(Math.PI / 4)), schedule.At(5), 1e-18);
    }

    [Fact]
    public void Without_warmup_the_first_epoch_trains_with_the_base_rate() =>
        Assert.Equal(1e-3, new CosineSchedule(1e-3, Epochs: 10, WarmupEpochs: 0).At(0), 1e-18);

    [Fact]
    public void After_the_last_epoch_the_rate_stays_at_the_minimum()
    {
        var schedule = new CosineSchedule(1e-3, Epochs: 10, WarmupEpochs: 2, MinimumLearningRate: 3e-5);

        Assert.Equal(3e-5, schedule.At(10));
        Assert.Equal(3e-5, schedule.At(15));
    }

    [Fact]
    public void Values_out_of_range_are_refused_by_name()
    {
        Assert.Equal(
            "The learning rate is 0; it must be greater than 0.",
            Assert.Throws<DeitException>(() => new CosineSchedule(0, 10, 0)).Message);
        Assert.Throws<DeitException>(() => new CosineSchedule(double.NaN, 10, 0));
        Assert.Throws<DeitException>(() => new CosineSchedule(1e-3, 0, 0));
        Assert.Throws<DeitException>(() => new CosineSchedule(1e-3, 10, -1));
        Assert.Throws<DeitException>(() => new CosineSchedule(1e-3, 10, 0, WarmupLearningRate: -1));
        Assert.Throws<DeitException>(() => new CosineSchedule(1e-3, 10, 0, MinimumLearningRate: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CosineSchedule(1e-3, 10, 0).At(-1));
    }
}
