using System.Text.Json;
using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Optimization;

public sealed class ExponentialMovingAverageTests
{
    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void An_update_equals_the_reference(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        JsonElement reference = ReferenceFile.Read("recipe/misc.json").GetProperty("ema");
        using NamedParameters model = Model(reference.GetProperty("ema").GetDouble(), device);
        using var average = new ExponentialMovingAverage(model, reference.GetProperty("decay").GetDouble());

        Fill(model, reference.GetProperty("model").GetDouble());
        average.Update();

        // 3e-8 is the rounding of float32 at 0.5; the update itself is 8e-6.
        Assert.Equal(reference.GetProperty("after").GetDouble(), average.Shadow["weight"].Values()[0], 6e-8);
    }

    [Fact]
    public void The_distance_to_a_resting_model_shrinks_by_the_decay()
    {
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(2, CPU, ScalarType.Float64);
        using var average = new ExponentialMovingAverage(model, 0.9);

        Fill(model, 3);
        for (int update = 1; update <= 5; update++)
        {
            average.Update();
            Assert.Equal(3 - Math.Pow(0.9, update), average.Shadow["weight"].Values()[0], 1e-14);
        }
    }

    [Fact]
    public void A_warmup_begins_with_the_model_itself_and_ends_with_the_decay()
    {
        var decay = new EmaDecay(0.9);

        // timm's ModelEmaV3 with use_warmup: 1 - (1 + (step - 1))^(-2/3).
        Assert.Equal([0, 1 - Math.Pow(2, -2.0 / 3), 0.75, 0.9], [decay.At(1), decay.At(2), Math.Round(decay.At(8), 12), decay.At(1000)]);
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(2, CPU, ScalarType.Float64);
        using var average = new ExponentialMovingAverage(model, 0.9);
        Fill(model, 4);
        average.Update(decay.At(1));
        Assert.Equal(4, average.Shadow["weight"].Values()[0]);
    }

    [Fact]
    public void Float_buffers_are_averaged_and_integer_buffers_copied()
    {
        using DisposeScope scope = NewDisposeScope();
        using var model = nn.BatchNorm1d(2);
        using var average = new ExponentialMovingAverage(model, 0.5);

        using (no_grad())
        {
            model.running_mean!.fill_(4);
            model.num_batches_tracked!.fill_(7);
        }

        average.Update();

        Assert.Equal([2, 2], average.Shadow["running_mean"].Values());
        Assert.Equal(7, average.Shadow["num_batches_tracked"].item<long>());
    }

    [Fact]
    public void Swapped_the_model_has_the_average_and_afterwards_its_own_weights_again()
    {
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(1, CPU);
        using var average = new ExponentialMovingAverage(model, 0.5);
        Fill(model, 3);
        average.Update();

        IDisposable swap = average.Swap();
        Assert.Equal([2, 2], Weight(model).Values());
        swap.Dispose();
        swap.Dispose();

        Assert.Equal([3, 3], Weight(model).Values());
        Assert.Equal([2, 2], average.Shadow["weight"].Values());
        Assert.True(Weight(model).requires_grad);
        Assert.False(average.Shadow["weight"].requires_grad);
    }

    [Fact]
    public void While_swapped_the_average_refuses_everything_but_the_way_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(1, CPU);
        using var average = new ExponentialMovingAverage(model, 0.5);
        using IDisposable swap = average.Swap();

        Assert.Throws<InvalidOperationException>(average.Update);
        Assert.Throws<InvalidOperationException>(average.Swap);
        Assert.Throws<InvalidOperationException>(() => average.Shadow);
        Assert.Throws<InvalidOperationException>(() => average.LoadShadow(new Dictionary<string, Tensor>()));
    }

    [Fact]
    public void Disposed_while_swapped_it_gives_the_model_its_own_weights_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(1, CPU);
        var average = new ExponentialMovingAverage(model, 0.5);
        Fill(model, 3);
        IDisposable swap = average.Swap();

        average.Dispose();
        swap.Dispose();

        Assert.Equal([3, 3], Weight(model).Values());
    }

    [Fact]
    public void A_loaded_shadow_goes_on_as_the_saved_one()
    {
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(1, CPU);
        using var saved = new ExponentialMovingAverage(model, 0.9);
        Fill(model, 3);
        saved.Update();
        using var loaded = new ExponentialMovingAverage(model, 0.9);

        loaded.LoadShadow(saved.Shadow);
        saved.Update();
        loaded.Update();

        Assert.Equal(saved.Shadow["weight"].Values(), loaded.Shadow["weight"].Values());
    }

    [Fact]
    public void A_shadow_of_another_model_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using NamedParameters model = Model(1, CPU);
        using var average = new ExponentialMovingAverage(model, 0.9);

        var missing = Assert.Throws<DeitException>(() => average.LoadShadow(new Dictionary<string, Tensor>()));
        var misshapen = Assert.Throws<DeitException>(
            () => average.LoadShadow(new Dictionary<string, Tensor> { ["weight"] = zeros([3], device: CPU) }));

        Assert.Contains("no entry 'weight'", missing.Message, StringComparison.Ordinal);
        Assert.Contains(
            "'weight' of the moving average has shape (3) where this model needs (2)", misshapen.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.01)]
    public void A_decay_outside_zero_to_one_is_refused(double decay)
    {
        using NamedParameters model = Model(1, CPU);

        Assert.Throws<DeitException>(() => new ExponentialMovingAverage(model, decay));
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using NamedParameters model = Model(1, CPU);

        long left = Tensors.LeftBehind(() =>
        {
            using var average = new ExponentialMovingAverage(model, 0.9);
            average.Update();
            average.Swap().Dispose();
        });

        Assert.Equal(0, left);
    }

    private static NamedParameters Model(double value, Device device, ScalarType dtype = ScalarType.Float32)
    {
        var model = new NamedParameters();
        model.Add("weight", full([2], value, dtype: dtype, device: device));
        return model;
    }

    private static Parameter Weight(NamedParameters model) => model.named_parameters().Single().parameter;

    private static void Fill(NamedParameters model, double value)
    {
        using IDisposable noGradient = no_grad();
        Weight(model).fill_(value);
    }
}
