using Deit.Operators;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

[Collection(Training.GlobalGenerator.Name)]
public sealed class AtenTests
{
    public static TheoryData<string> AllDevices => Devices.All;

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void Products_are_written_where_they_are_wanted(string device)
    {
        Device there = Devices.Require(device);
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64])
        {
            Tensor a = rand(3, 4, dtype: type, device: there), b = rand(4, 5, dtype: type, device: there), bias = rand(5, dtype: type, device: there);
            Tensor self = rand(3, 5, dtype: type, device: there), result = zeros(3, 5, dtype: type, device: there), batch = zeros(2, 3, 5, dtype: type, device: there);
            Tensor expected = a.matmul(b);

            Aten.MmOut(result, a, b);
            Assert.True(result.allclose(expected));
            Aten.AddMmOut(result, bias, a, b);
            Assert.True(result.allclose(expected + bias));
            Aten.AddMmOut(result, self, a, b, beta: 0.5, alpha: 2);
            Assert.True(result.allclose(0.5 * self + 2 * expected));
            Aten.AddMmOut(self, self, a, b.t().contiguous().t());
            Assert.True(result.allclose(0.5 * (self - expected) + 2 * expected));
            Aten.BmmOut(batch, stack([a, 2 * a]), stack([b, b]));
            Assert.True(batch.allclose(stack([expected, 2 * expected])));
        }
    }

    [SkippableFact]
    public void Tensors_that_do_not_fit_are_refused_with_the_operators_name_and_their_shapes()
    {
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        Tensor a = rand(3, 4, device: CPU), b = rand(5, 4, device: CPU), result = zeros(3, 5, device: CPU);

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Aten.MmOut(result, a, b));

        Assert.Equal("aten::mm.out: these tensors do not fit together: (3, 5) Float32 cpu, (3, 4) Float32 cpu, (5, 4) Float32 cpu.", refusal.Message);
        Assert.Throws<ArgumentException>(() => Aten.MmOut(result, a, b.t().to(ScalarType.Float64)));
        Assert.Throws<ArgumentException>(() => Aten.AddMmOut(result, zeros(2, 5, device: CPU), a, b.t()));
        Assert.Throws<ArgumentException>(() => Aten.BmmOut(result, a, b));
        Assert.Throws<ArgumentException>(() => Aten.BmmOut(zeros(1, 3, 5, device: CPU), a.unsqueeze(0), b.t().expand(2, 4, 5)));
    }

    [SkippableFact]
    public void Every_operator_of_the_table_resolves()
    {
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand([2, 3, 5, 5], device: CPU), weight = rand([4, 3, 3, 3], device: CPU), bias = rand([4], device: CPU), dy = rand([2, 4, 5, 5], device: CPU);
        Tensor y = nn.functional.conv2d(x, weight, bias, padding: [1, 1]);
        var calls = new Dictionary<AtenOperator, Func<Tensor?[]>>
        {
            [AtenOperator.ConvolutionBackward] = () => Aten.Dispatch(
                AtenOperator.ConvolutionBackward, dy, x, weight, AtenArgument.None, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, false, new[] { 0L, 0 }, 1L, new[] { true, true, false }),
            [AtenOperator.ViewAs] = () => Aten.Dispatch(AtenOperator.ViewAs, x, (long)ScalarType.BFloat16),
            [AtenOperator.ReorderConvolutionWeight] = () => Aten.Dispatch(
                AtenOperator.ReorderConvolutionWeight, weight, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, 1L, new[] { 2L, 3, 5, 5 }),
            [AtenOperator.ConvolutionPointwise] = () => Aten.Dispatch(
                AtenOperator.ConvolutionPointwise, x, Aten.Dispatch(AtenOperator.ReorderConvolutionWeight, weight, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, 1L, new[] { 2L, 3, 5, 5 })[0],
                bias, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, 1L, "relu", AtenArgument.NoScalars(), AtenArgument.None),
        };

        foreach (AtenOperator operation in AtenOperator.All)
        {
            Tensor?[] results = calls[operation]();
            Assert.Equal(operation.Results, results.Length);
        }

        Tensor?[] gradients = calls[AtenOperator.ConvolutionBackward]();
        Tensor input = x.detach().requires_grad_(true), kernels = weight.detach().requires_grad_(true);
        Tensor[] expected = [.. autograd.grad([nn.functional.conv2d(input, kernels, padding: [1, 1])], [input, kernels], [dy])];
        Assert.True(gradients[0]!.allclose(expected[0], atol: 1e-5));
        Assert.True(gradients[1]!.allclose(expected[1], atol: 1e-5));
        Assert.Null(gradients[2]);
        Tensor halves = calls[AtenOperator.ViewAs]()[0]!;
        Assert.Equal((ScalarType.BFloat16, 2 * x.numel()), (halves.dtype, halves.numel()));
        Assert.True(calls[AtenOperator.ConvolutionPointwise]()[0]!.allclose(y.relu(), atol: 1e-5));
    }

    [SkippableFact]
    public void Arguments_that_the_schema_does_not_have_are_refused_before_the_call()
    {
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = rand([4, 3, 3, 3], device: CPU);

        ArgumentException few = Assert.Throws<ArgumentException>(() => Aten.Dispatch(AtenOperator.ReorderConvolutionWeight, weight));
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => Aten.Dispatch(
            AtenOperator.ReorderConvolutionWeight, weight, 1L, new[] { 1L, 1 }, new[] { 1L, 1 }, 1L, AtenArgument.None));
        ArgumentException missing = Assert.Throws<ArgumentException>(() => Aten.Dispatch(
            AtenOperator.ReorderConvolutionWeight, AtenArgument.None, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, 1L, AtenArgument.None));

        Assert.Equal("mkldnn::_reorder_convolution_weight takes 6 arguments, 1 were given.", few.Message);
        Assert.Equal("mkldnn::_reorder_convolution_weight: 1 was given for padding, which takes Integers.", wrong.Message);
        Assert.Equal("mkldnn::_reorder_convolution_weight: none was given for self, which takes Tensor.", missing.Message);
    }

    [SkippableFact]
    public void A_call_that_fails_names_its_arguments_and_leaves_them_as_they_were()
    {
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        Tensor x = rand([2, 3, 5, 5], device: CPU), weight = rand([4, 2, 3, 3], device: CPU), dy = rand([2, 4, 5, 5], device: CPU);

        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => Aten.Dispatch(
            AtenOperator.ConvolutionBackward, dy, x, weight, AtenArgument.None, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, false, new[] { 0L, 0 }, 1L, new[] { true, true, false }));

        Assert.StartsWith("aten::convolution_backward failed for (2, 4, 5, 5) Float32 cpu, (2, 3, 5, 5) Float32 cpu, (4, 2, 3, 3) Float32 cpu, none, Integers of 2", failure.Message, StringComparison.Ordinal);
        Assert.True((x + 1).sum().item<float>() > 0);
    }

    [Fact]
    public void Another_version_of_libtorch_is_refused_in_one_line()
    {
        LibTorch.CheckVersion((2UL << 56) | (10UL << 48) | (1UL << 40));

        DeitException refusal = Assert.Throws<DeitException>(() => LibTorch.CheckVersion((2UL << 56) | (11UL << 48)));

        Assert.Equal("libtorch 2.11 is loaded, but Deit calls operators of libtorch 2.10; reference that version of the libtorch package.", refusal.Message);
    }

    [SkippableFact]
    public void Calls_leave_neither_tensors_nor_memory_behind()
    {
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = rand([16, 16, 3, 3], device: CPU);
        Call(weight, images: 1, times: 10);
        long before = Environment.WorkingSet;

        long left = Support.Tensors.LeftBehind(() => Call(weight, images: 1, times: 400));

        Assert.Equal(0, left);

        // Two arguments and a result of 256 KB each: 300 MB, were they forgotten.
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 150 << 20);
    }

    [SkippableFact]
    public void Calls_that_fail_leave_neither_tensors_nor_memory_behind()
    {
        Skip.IfNot(Aten.IsAvailable, "libtorch offers no C interface here.");
        using DisposeScope scope = NewDisposeScope();
        Tensor wrong = rand([16, 15, 3, 3], device: CPU);
        long before = Environment.WorkingSet;

        long left = Support.Tensors.LeftBehind(() =>
        {
            for (int time = 0; time < 10; time++) Assert.Throws<InvalidOperationException>(() => Call(wrong, images: 64, times: 1));
        });

        Assert.Equal(0, left);

        // Two arguments of 16 MB each: 320 MB, were they forgotten.
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 150 << 20);
    }

    private static void Call(Tensor weight, int images, int times)
    {
        for (int time = 0; time < times; time++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = ones([images, 16, 64, 64], device: CPU), dy = ones([images, 16, 64, 64], device: CPU);
            Aten.Dispatch(
                AtenOperator.ConvolutionBackward, dy, x, weight, AtenArgument.None, new[] { 1L, 1 }, new[] { 1L, 1 }, new[] { 1L, 1 }, false, new[] { 0L, 0 }, 1L, new[] { true, true, false });
        }
    }
}
