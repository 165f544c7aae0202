using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using AdamW = Deit.Optimization.AdamW;

namespace Deit.Tests.Optimization;

public sealed class AdamWTests
{
    private static readonly double[] Rates = [1e-2, 2e-2, 5e-3];

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Three_steps_equal_the_algorithm_in_double_precision(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        var options = new AdamWOptions { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3 };
        const double weightDecay = 0.3;
        double[] expected = HashFill.Uniform("parameter", 6);
        double[] mean = new double[6];
        double[] square = new double[6];
        var parameter = new Parameter(tensor(expected, device: device).reshape(2, 3));
        using var optimizer = new AdamW([new("decay", [("weight", parameter)], weightDecay)], options);

        for (int step = 1; step <= Rates.Length; step++)
        {
            double[] gradient = HashFill.Uniform($"gradient{step}", 6);
            SetGradient(parameter, gradient);
            optimizer.Step(Rates[step - 1]);

            // Algorithm 2 of the paper, line by line.
            for (int index = 0; index < 6; index++)
            {
                mean[index] = options.Beta1 * mean[index] + (1 - options.Beta1) * gradient[index];
                square[index] = options.Beta2 * square[index] + (1 - options.Beta2) * gradient[index] * gradient[index];
                double correctedMean = mean[index] / (1 - Math.Pow(options.Beta1, step));
                double correctedSquare = square[index] / (1 - Math.Pow(options.Beta2, step));
                expected[index] -= Rates[step - 1]
                    * (correctedMean / (Math.Sqrt(correctedSquare) + options.Epsilon) + weightDecay * expected[index]);
            }

            Tensors.AssertClose(expected, parameter.Values(), 1e-14);
        }

        Assert.Equal(3, optimizer.StepCount);
        Tensors.AssertClose(mean, optimizer.State()["weight.exp_avg"].Values(), 1e-14);
        Tensors.AssertClose(square, optimizer.State()["weight.exp_avg_sq"].Values(), 1e-14);
    }

    [Fact]
    public void Twenty_steps_equal_those_of_TorchSharp()
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor values = tensor(HashFill.Uniform("parameter", 500), dtype: ScalarType.Float32, device: CPU);
        var ours = new Parameter(values.clone());
        var theirs = new Parameter(values.clone());
        using var optimizer = new AdamW([new("decay", [("weight", ours)], 0.05)], new());
        using var reference = optim.AdamW([theirs], lr: 1e-3, weight_decay: 0.05);

        for (int step = 0; step < 20; step++)
        {
            double[] gradient = HashFill.Uniform($"gradient{step}", 500);
            SetGradient(ours, gradient);
            SetGradient(theirs, gradient);
            optimizer.Step(1e-3);
            reference.step();
        }

        Tensors.AssertClose(theirs.Values(), ours.Values(), 1e-6);
    }

    [Fact]
    public void Decay_is_apart_from_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        var decayed = new Parameter(ones([2], dtype: ScalarType.Float64, device: CPU));
        var kept = new Parameter(ones([2], dtype: ScalarType.Float64, device: CPU));
        using var optimizer = new AdamW([new("decay", [("weight", decayed)], 0.5), new("no_decay", [("bias", kept)], 0)], new());
        SetGradient(decayed, [0, 0]);
        SetGradient(kept, [0, 0]);

        optimizer.Step(0.1);

        Assert.Equal([0.95, 0.95], decayed.Values());
        Assert.Equal([1, 1], kept.Values());
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void A_resumed_optimizer_goes_on_bit_for_bit(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        var uninterrupted = new Parameter(tensor(HashFill.Uniform("parameter", 300), dtype: ScalarType.Float32, device: device));
        using var optimizer = new AdamW([new("decay", [("weight", uninterrupted)], 0.05)], new());
        Train(optimizer, uninterrupted, from: 0, to: 5);

        var resumed = new Parameter(uninterrupted.detach().clone());
        using var successor = new AdamW([new("decay", [("weight", resumed)], 0.05)], new());
        successor.LoadState(optimizer.State().ToDictionary(static entry => entry.Key, static entry => entry.Value.clone()));
        Train(optimizer, uninterrupted, from: 5, to: 9);
        Train(successor, resumed, from: 5, to: 9);

        Assert.Equal(9, successor.StepCount);
        Assert.Equal(uninterrupted.Values(), resumed.Values());
    }

    [Fact]
    public void The_state_has_two_moments_a_parameter_and_the_step()
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(ones([2, 3], device: CPU));
        using var optimizer = new AdamW([new("decay", [("head.weight", parameter)], 0)], new());
        Train(optimizer, parameter, from: 0, to: 2);

        IReadOnlyDictionary<string, Tensor> state = optimizer.State();

        Assert.Equal(["head.weight.exp_avg", "head.weight.exp_avg_sq", "step"], state.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2, 3], state["head.weight.exp_avg"].shape);
        Assert.Equal(ScalarType.Int64, state["step"].dtype);
        Assert.Empty(state["step"].shape);
        Assert.Equal(2, state["step"].item<long>());
    }

    [Fact]
    public void A_state_that_lacks_an_entry_or_has_another_shape_is_refused_and_changes_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(ones([2], device: CPU));
        using var optimizer = new AdamW([new("decay", [("weight", parameter)], 0)], new());
        Train(optimizer, parameter, from: 0, to: 1);
        Dictionary<string, Tensor> good = optimizer.State()
            .ToDictionary(static entry => entry.Key, static entry => zeros_like(entry.Value, device: CPU));
        double[] mean = optimizer.State()["weight.exp_avg"].Values();

        var lacking = new Dictionary<string, Tensor>(good);
        lacking.Remove("weight.exp_avg_sq");
        var misshapen = new Dictionary<string, Tensor>(good) { ["weight.exp_avg_sq"] = zeros([3], device: CPU) };

        Assert.Contains(
            "optimizer state has no entry 'weight.exp_avg_sq'",
            Assert.Throws<DeitException>(() => optimizer.LoadState(lacking)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'weight.exp_avg_sq' of the optimizer state has shape (3) where this model needs (2)",
            Assert.Throws<DeitException>(() => optimizer.LoadState(misshapen)).Message,
            StringComparison.Ordinal);
        Assert.Equal(1, optimizer.StepCount);
        Assert.Equal(mean, optimizer.State()["weight.exp_avg"].Values());
    }

    [Fact]
    public void A_parameter_without_gradient_is_left_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        var trained = new Parameter(ones([2], device: CPU));
        var untouched = new Parameter(ones([2], device: CPU));
        using var optimizer = new AdamW([new("decay", [("trained", trained), ("untouched", untouched)], 0.5)], new());

        Train(optimizer, trained, from: 0, to: 1);

        Assert.NotEqual([1, 1], trained.Values());
        Assert.Equal([1, 1], untouched.Values());
    }

    [Fact]
    public void Zeroing_keeps_the_memory_of_the_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = ones([5], device: CPU);
        var parameter = new Parameter(zeros([3], device: CPU));
        parameter.grad = flat.narrow(0, 1, 3);
        using var optimizer = new AdamW([new("decay", [("weight", parameter)], 0)], new());

        optimizer.ZeroGradients();

        Assert.Equal([1, 0, 0, 0, 1], flat.Values());
        Assert.NotNull(parameter.grad);
    }

    [Fact]
    public void Constants_out_of_range_and_names_given_twice_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(ones([2], device: CPU));

        Assert.Equal(
            "AdamW beta1 is 1; it must be at least 0 and less than 1.",
            Assert.Throws<DeitException>(() => new AdamWOptions { Beta1 = 1 }).Message);
        Assert.Throws<DeitException>(() => new AdamWOptions { Beta2 = -0.1 });
        Assert.Throws<DeitException>(() => new AdamWOptions { Epsilon = double.NaN });
        Assert.Throws<ArgumentException>(() => new AdamW([new("decay", [("weight", parameter), ("weight", parameter)], 0)], new()));
    }

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(ones([2], device: CPU));
        SetGradient(parameter, [1, 2]);

        long left = Tensors.LeftBehind(() =>
        {
            using var optimizer = new AdamW([new("decay", [("weight", parameter)], 0.1)], new());
            optimizer.Step(1e-3);
            optimizer.ZeroGradients();
            optimizer.LoadState(optimizer.State());
        });

        Assert.Equal(0, left);
    }

    private static void Train(AdamW optimizer, Parameter parameter, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            SetGradient(parameter, HashFill.Uniform($"gradient{step}", parameter.numel()));
            optimizer.Step(1e-2 / (step + 1));
        }
    }

    private static void SetGradient(Parameter parameter, double[] values)
    {
        using DisposeScope scope = NewDisposeScope();
        parameter.grad = tensor(values, dtype: parameter.dtype, device: parameter.device).reshape(parameter.shape);
    }
}
