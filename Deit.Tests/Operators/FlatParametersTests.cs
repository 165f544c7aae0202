using Deit.Operators;
using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Deit.Optimization.AdamW;

namespace Deit.Tests.Operators;

public sealed class FlatParametersTests
{
    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Parameters_keep_identity_names_and_values_and_lie_in_one_tensor_a_group(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model(device);
        Dictionary<string, Tensor> before = model.state_dict().ToDictionary(static entry => entry.Key, static entry => entry.Value.clone());
        Parameter[] parameters = [.. model.parameters()];
        using var flat = new FlatParameters(WeightDecayGroups.Create(model, 0.1));

        Assert.Equal(parameters, model.parameters());
        foreach ((string name, Tensor value) in model.state_dict()) TensorAssert.Identical(before[name], value, name);
        foreach (FlatGroup group in flat.Groups)
        {
            using IDisposable noGradient = no_grad();
            group.Values.fill_(7);
            group.Gradients.fill_(3);
            foreach (FlatEntry entry in group.Entries)
            {
                Assert.Equal(0, entry.Offset % 16);
                Assert.True((entry.Parameter == 7).all().item<bool>());
                Assert.True((entry.Parameter.grad! == 3).all().item<bool>());
                Assert.True(entry.Parameter.requires_grad && entry.Parameter.is_leaf);
            }
        }

        Assert.Equal(model.named_parameters().Select(static entry => entry.name).Order(), flat.Groups.SelectMany(static group => group.Entries).Select(static entry => entry.Name).Order());
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_state_dictionary_is_saved_and_loaded_as_before(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> source = Model(device), target = Model(device);
        using (no_grad()) foreach (Parameter parameter in source.parameters()) parameter.add_(1);
        using var flat = new FlatParameters(WeightDecayGroups.Create(target, 0.1));

        target.load_state_dict(source.state_dict());

        foreach ((string name, Tensor value) in target.state_dict()) TensorAssert.Identical(source.state_dict()[name], value, name);
        FlatEntry first = flat.Groups[0].Entries[0];
        TensorAssert.Identical(first.Parameter.detach(), first.In(flat.Groups[0].Values));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Training_by_autograd_is_the_same_on_flat_storage(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> plain = Model(device), flatModel = Model(device);
        using var flat = new FlatParameters(WeightDecayGroups.Create(flatModel, 0.1));
        using var ours = new AdamW(WeightDecayGroups.Create(flatModel, 0.1), new());
        using var theirs = new AdamW(WeightDecayGroups.Create(plain, 0.1), new());
        for (int step = 0; step < 5; step++)
        {
            Train(plain, theirs.ZeroGradients, () => theirs.Step(1e-2), step);
            Train(flatModel, ours.ZeroGradients, () => ours.Step(1e-2), step);
        }

        foreach ((string name, Tensor value) in plain.state_dict()) TensorAssert.Identical(value, flatModel.state_dict()[name], name);
    }

    [SkippableTheory]
    [InlineData("cpu", ScalarType.Float32, 0.9, 1e-6)]
    [InlineData("cpu", ScalarType.Float64, 0.9, 1e-14)]
    [InlineData("cpu", ScalarType.Float64, 0.99996, 1e-14)]
    [InlineData("cuda", ScalarType.Float32, 0.9, 1e-6)]
    [InlineData("cuda", ScalarType.Float64, 0.99996, 1e-14)]
    public void Fused_AdamW_with_clipping_and_average_equals_the_three_one_after_another(string deviceName, ScalarType type, double decay, double tolerance)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> plain = Model(device).to(type), fused = Model(device).to(type);
        using var flat = new FlatParameters(WeightDecayGroups.Create(fused, 0.1));
        using var theirs = new AdamW(WeightDecayGroups.Create(plain, 0.1), new());
        using var ours = new FusedAdamW(flat, new());
        using var plainAverage = new ExponentialMovingAverage(plain, decay);
        using var fusedAverage = new ExponentialMovingAverage(fused, decay);
        using var flatAverage = new FlatAverage(fused, fusedAverage, flat, decay);
        for (int step = 0; step < 4; step++)
        {
            Train(plain, theirs.ZeroGradients, () => { }, step);
            Train(fused, flat.ZeroGradients, () => TakeGradients(plain, fused), step);
            double norm = GradientClipping.ByNorm(plain.parameters(), 0.05);
            theirs.Step(1e-2);
            plainAverage.Update();
            double ourNorm = flat.GradientNorm();
            Assert.Equal(norm, ourNorm, norm * 1e-5);
            ours.Step(1e-2, FlatParameters.ClipFactor(ourNorm, 0.05), flatAverage);
        }

        Same(plain.state_dict(), fused.state_dict());
        Same(theirs.State(), ours.State());
        Same(plainAverage.Shadow, fusedAverage.Shadow);

        void Same(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual)
        {
            Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
            foreach ((string name, Tensor value) in expected) Tensors.AssertClose(value.Values(), actual[name].Values(), tolerance);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_slow_average_moves_by_its_share_of_the_way(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        // In float32, 1 - 0.99996 would be off by a thousandth.
        const double Decay = 0.99996;
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model(device);
        using var flat = new FlatParameters(WeightDecayGroups.Create(model, 0));
        using var average = new ExponentialMovingAverage(model, Decay);
        using var flatAverage = new FlatAverage(model, average, flat, Decay);
        using var optimizer = new FusedAdamW(flat, new());
        foreach (FlatGroup group in flat.Groups) using (no_grad()) group.Values.fill_(1);
        foreach (Tensor shadow in flatAverage.Groups) using (no_grad()) shadow.zero_();

        optimizer.Step(0, 1, flatAverage);

        foreach (Tensor shadow in flatAverage.Groups) Assert.All(shadow.Values(), static value => Assert.Equal(1 - Decay, value, 1e-11));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Either_optimizer_goes_on_from_the_others_state(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> plain = Model(device), fused = Model(device);
        using var flat = new FlatParameters(WeightDecayGroups.Create(fused, 0.1));
        using var theirs = new AdamW(WeightDecayGroups.Create(plain, 0.1), new());
        using var ours = new FusedAdamW(flat, new());
        Train(plain, theirs.ZeroGradients, () => theirs.Step(1e-2), 0);
        fused.load_state_dict(plain.state_dict());

        ours.LoadState(theirs.State());
        Train(plain, theirs.ZeroGradients, () => theirs.Step(1e-2), 1);
        Train(fused, flat.ZeroGradients, () => ours.Step(1e-2), 1);

        Assert.Equal(2, ours.StepCount);
        foreach ((string name, Tensor value) in plain.state_dict()) Tensors.AssertClose(value.Values(), fused.state_dict()[name].Values(), 1e-6);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_gradient_that_is_not_finite_shows_in_the_norm_and_is_not_scaled(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model(device);
        using var flat = new FlatParameters(WeightDecayGroups.Create(model, 0.1));
        Assert.Equal(0, flat.GradientNorm());
        using (no_grad()) flat.Groups[1].Gradients[^1] = double.PositiveInfinity;

        double norm = flat.GradientNorm();

        Assert.False(double.IsFinite(norm));
        Assert.Equal(1, FlatParameters.ClipFactor(norm, 1));
        Assert.Throws<DeitException>(() => FlatParameters.ClipFactor(1, 0));
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Steps_leave_no_tensor_behind(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model(device);
        using var flat = new FlatParameters(WeightDecayGroups.Create(model, 0.1));
        using var optimizer = new FusedAdamW(flat, new());
        using var average = new ExponentialMovingAverage(model, 0.9);
        using var flatAverage = new FlatAverage(model, average, flat, 0.9);

        long left = Tensors.LeftBehind(() =>
        {
            for (int step = 0; step < 20; step++) optimizer.Step(1e-3, FlatParameters.ClipFactor(flat.GradientNorm(), 1), flatAverage);
        });

        Assert.Equal(0, left);
    }

    /// <summary>The same gradients for both: found from weights that differ by rounding, small ones would differ by much more.</summary>
    private static void TakeGradients(nn.Module from, nn.Module to)
    {
        using IDisposable noGradient = no_grad();
        foreach ((Parameter theirs, Parameter ours) in from.parameters().Zip(to.parameters())) ours.grad!.copy_(theirs.grad!);
    }

    private static void Train(nn.Module<Tensor, Tensor> model, Action zeroGradients, Action step, int index)
    {
        using DisposeScope scope = NewDisposeScope();
        zeroGradients();
        Tensor x = tensor(HashFill.Uniform($"x{index}", 6 * 7), device: CPU).reshape(6, 7).to(model.parameters().First().dtype, model.parameters().First().device);
        model.call(x).square().mean().backward();
        step();
    }

    /// <summary>Two layers whose sizes leave gaps in flat storage, with buffers between them.</summary>
    private static nn.Module<Tensor, Tensor> Model(Device device)
    {
        nn.Module<Tensor, Tensor> model = nn.Sequential(
            ("norm", nn.BatchNorm1d(7, device: CPU)), ("first", nn.Linear(7, 5, device: CPU)), ("activation", nn.GELU()), ("last", nn.Linear(5, 3, device: CPU)));
        using IDisposable noGradient = no_grad();
        foreach ((string name, Parameter parameter) in model.named_parameters())
        {
            parameter.copy_(tensor(HashFill.Uniform(name, parameter.NumberOfElements), device: CPU).reshape(parameter.shape));
        }

        return model.to(device);
    }
}
