using Deit.Modules;
using Deit.Operators;
using Deit.Optimization;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

[Collection(Training.GlobalGenerator.Name)]
public sealed class TrainingMemoryTests
{
    [Fact]
    public unsafe void Matrices_lie_where_the_plan_puts_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model();
        using var memory = new TrainingMemory(model, batch: 3, elementsPerImage: 64, constantElements: 48);
        Matrix first = memory.Matrix(0, 2, 8), second = memory.Matrix(32, 1, 5), constant = memory.Constant(16, 2, 16);

        Assert.Equal(3 * 64 + 48, memory.Arena.NumberOfElements);
        Assert.Equal((6L, 8L, 3L), (first.Rows, first.Columns, first.Images));
        Assert.Equal((3L, 5L), (second.Rows, second.Columns));
        Assert.Equal((2L, 16L), (constant.Rows, constant.Columns));
        Assert.Equal(0, (nint)first.Pointer % 64);
        Assert.Equal(3 * 32, second.Pointer - first.Pointer);
        Assert.Equal(3 * 64 + 16, constant.Pointer - first.Pointer);
    }

    [Fact]
    public void Parameters_gradients_and_buffers_are_the_models_own()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model();
        using var flat = new FlatParameters(WeightDecayGroups.Create(model, 0.1));
        using var memory = new TrainingMemory(model, 2, 16, 0);

        memory.Parameter("first.weight", 6, 4).Tensor.fill_(5);
        memory.Gradient("first.weight", 6, 4).Tensor.fill_(6);
        memory.Buffer("norm.running_mean", 6).Tensor.fill_(7);
        memory.Buffer("norm.num_batches_tracked", 1).Tensor.fill_(8);
        memory.Parameter("first.bias", 1, 2, offset: 4).Tensor.fill_(9);

        Parameter weight = model.get_parameter("first.weight")!;
        Assert.True((weight == 5).all().item<bool>());
        Assert.True((weight.grad! == 6).all().item<bool>());
        Assert.True((model.get_buffer("norm.running_mean")! == 7).all().item<bool>());
        Assert.Equal(8, model.get_buffer("norm.num_batches_tracked")!.item<long>());
        Assert.Equal([9.0, 9.0], model.get_parameter("first.bias")!.Values()[4..]);
    }

    [Fact]
    public void A_parameter_without_gradient_is_given_one_and_a_frozen_one_is_not()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model();
        Parameter weight = model.get_parameter("first.weight")!, bias = model.get_parameter("first.bias")!;
        bias.requires_grad = false;
        using var memory = new TrainingMemory(model, 2, 16, 0);

        memory.Gradient("first.weight", 6, 4).Tensor.fill_(6);
        memory.Gradient("first.bias", 1, 6).Tensor.fill_(6);

        Assert.True((weight.grad! == 6).all().item<bool>());
        Assert.Null(bias.grad);
    }

    [Fact]
    public void What_the_model_does_not_have_is_named()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model();
        using var memory = new TrainingMemory(model, 2, 16, 0);

        Assert.Contains("'second.weight'", Assert.Throws<ArgumentException>(() => memory.Parameter("second.weight", 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("(6, 4) where 7 x 4", Assert.Throws<ArgumentException>(() => memory.Parameter("first.weight", 7, 4)).Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Devices.All), MemberType = typeof(Devices))]
    public void Stochastic_depth_drops_the_images_that_the_models_own_modules_would(string deviceName)
    {
        Device device = Devices.Require(deviceName);
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model().to(device);
        using var memory = new TrainingMemory(model, 64, 16, 0);
        Tensor ones = torch.ones([64, 3, 2], device: device);
        manual_seed(5);
        Tensor[] expected = [.. model.named_modules().Where(static entry => entry.module is DropPath { Rate: > 0 }).Select(entry => ((DropPath)entry.module).call(ones)[TensorIndex.Colon, 0, 0])];

        manual_seed(5);
        memory.Draw();

        TensorAssert.Identical(expected[0], memory.DropPathFactors("drop1").Flat);
        TensorAssert.Identical(expected[1], memory.DropPathFactors("drop2").Flat);
        Assert.InRange((expected[1] == 0).sum().item<long>(), 10, 54);
        Assert.True((memory.DropPathFactors("none").Tensor == 1).all().item<bool>());

        model.eval();
        memory.Draw();
        Assert.True((memory.DropPathFactors("drop2").Tensor == 1).all().item<bool>());
    }

    [Fact]
    public void A_disposed_memory_leaves_no_tensor_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> model = Model();
        using var flat = new FlatParameters(WeightDecayGroups.Create(model, 0.1));

        long left = Tensors.LeftBehind(() =>
        {
            using var memory = new TrainingMemory(model, 4, 64, 64);
            Matrix x = memory.Matrix(0, 3, 4), y = memory.Matrix(32, 3, 6);
            memory.Draw();
            x.Tensor.fill_(1);
            Fused.Linear(x, memory.Parameter("first.weight", 6, 4), memory.Parameter("first.bias", 1, 6), y);
            Fused.LinearWeightGradient(y, x, memory.Gradient("first.weight", 6, 4));
            Fused.ColumnSum(y, memory.Gradient("first.bias", 1, 6));
        });

        Assert.Equal(0, left);
    }

    private static nn.Module<Tensor, Tensor> Model() => nn.Sequential(
        ("first", nn.Linear(4, 6, device: CPU)), ("drop1", new DropPath(0.2)), ("norm", nn.BatchNorm1d(6, device: CPU)), ("none", new DropPath(0)), ("drop2", new DropPath(0.5)));
}
