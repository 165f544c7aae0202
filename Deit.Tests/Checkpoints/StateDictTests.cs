using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

public sealed class StateDictTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly nn.Module<Tensor, Tensor> _module = nn.Sequential(("conv", nn.Conv2d(3, 4, 1)), ("bn", nn.BatchNorm2d(4)));

    public static TheoryData<string> AllDevices => Devices.All;

    public void Dispose()
    {
        _module.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Parameters_and_buffers_are_named_as_in_PyTorch() =>
        Assert.Equal(
            ["bn.bias", "bn.num_batches_tracked", "bn.running_mean", "bn.running_var", "bn.weight", "conv.bias", "conv.weight"],
            StateDict.Of(_module).Keys.Order(StringComparer.Ordinal));

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void Entries_are_copied_into_the_module_s_own_tensors(string device)
    {
        _module.to(Devices.Require(device));
        Dictionary<string, Tensor> entries = Filled();
        entries["bn.num_batches_tracked"] = torch.tensor(5L, dtype: ScalarType.Int64, device: CPU);
        StateDict.Load(_module, entries, strict: true, "a.safetensors");

        foreach ((string name, Tensor tensor) in StateDict.Of(_module)) TensorAssert.Identical(entries[name], tensor, name);
        Assert.All(_module.parameters(), parameter => Assert.Equal(device, parameter.device.type.ToString(), ignoreCase: true));
        Assert.All(_module.parameters(), static parameter => Assert.True(parameter.requires_grad));
        Assert.All(_module.parameters(), static parameter => Assert.True(parameter.is_leaf));
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void Types_are_converted(string device)
    {
        _module.to(Devices.Require(device));
        Dictionary<string, Tensor> entries = Filled();
        entries["conv.weight"] = entries["conv.weight"].to(ScalarType.BFloat16);
        entries["bn.num_batches_tracked"] = torch.tensor(5f, dtype: ScalarType.Float32, device: CPU);
        StateDict.Load(_module, entries, strict: true, "a.safetensors");

        TensorAssert.Identical(entries["conv.weight"].to(ScalarType.Float32), StateDict.Of(_module)["conv.weight"]);
        Assert.Equal(ScalarType.Int64, StateDict.Of(_module)["bn.num_batches_tracked"].dtype);
        Assert.Equal(5, StateDict.Of(_module)["bn.num_batches_tracked"].item<long>());
    }

    [Fact]
    public void Counter_of_batches_may_be_missing_or_a_vector_of_one()
    {
        Dictionary<string, Tensor> entries = Filled();
        entries["bn.num_batches_tracked"] = torch.tensor([9L], dtype: ScalarType.Int64, device: CPU);
        StateDict.Load(_module, entries, strict: true, "a.safetensors");
        entries.Remove("bn.num_batches_tracked");
        StateDict.Load(_module, entries, strict: true, "a.safetensors");

        Assert.Equal(9, StateDict.Of(_module)["bn.num_batches_tracked"].item<long>());
        Assert.Equal([], StateDict.Of(_module)["bn.num_batches_tracked"].shape);
    }

    [Fact]
    public void Missing_unexpected_and_misshapen_entries_are_all_told_in_one_line()
    {
        Dictionary<string, Tensor> entries = Filled();
        Rename(entries, "conv.weight", "conv.weigth");
        Rename(entries, "bn.bias", "module.bn.bias");
        entries["bn.weight"] = torch.ones([5], dtype: ScalarType.Float32, device: CPU);

        string message = Refusal(entries, strict: true);
        Assert.StartsWith($"'a.safetensors' does not fit the model {_module.GetName()}: ", message, StringComparison.Ordinal);
        Assert.Contains("2 missing: ", message, StringComparison.Ordinal);
        Assert.Contains("'conv.weight' (there is 'conv.weigth')", message, StringComparison.Ordinal);
        Assert.Contains("'bn.bias' (there is 'module.bn.bias')", message, StringComparison.Ordinal);
        Assert.Contains("2 unexpected: 'conv.weigth', 'module.bn.bias'", message, StringComparison.Ordinal);
        Assert.Contains("1 misshapen: 'bn.weight' is (5,), the model's (4,)", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Only_the_first_of_many_are_named()
    {
        Dictionary<string, Tensor> entries = Filled();
        for (int i = 0; i < 10; i++) entries.Add($"extra.{i}", entries["bn.bias"]);

        Assert.Contains("10 unexpected: 'extra.0', 'extra.1', 'extra.2', ...", Refusal(entries, strict: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_entries_leave_the_module_as_it_was()
    {
        Tensor before = StateDict.Of(_module)["conv.weight"].clone();
        Dictionary<string, Tensor> entries = Filled();
        entries["bn.weight"] = torch.ones([5], dtype: ScalarType.Float32, device: CPU);

        Refusal(entries, strict: true);
        TensorAssert.Identical(before, StateDict.Of(_module)["conv.weight"]);
    }

    [Fact]
    public void Without_strict_the_names_that_both_have_are_copied()
    {
        Dictionary<string, Tensor> entries = Filled();
        Rename(entries, "conv.weight", "stem.weight");
        Tensor before = StateDict.Of(_module)["conv.weight"].clone();
        StateDict.Load(_module, entries, strict: false, "a.safetensors");

        TensorAssert.Identical(before, StateDict.Of(_module)["conv.weight"]);
        TensorAssert.Identical(entries["bn.weight"], StateDict.Of(_module)["bn.weight"]);
    }

    [Fact]
    public void Without_strict_a_wrong_shape_is_still_refused_and_only_that_is_told()
    {
        Dictionary<string, Tensor> entries = Filled();
        entries.Remove("conv.bias");
        entries["bn.weight"] = torch.ones([2, 2], dtype: ScalarType.Float32, device: CPU);

        string message = Refusal(entries, strict: false);
        Assert.Contains("1 misshapen: 'bn.weight' is (2, 2), the model's (4,)", message, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_strict_entries_of_which_none_fits_are_still_refused()
    {
        Dictionary<string, Tensor> entries = Filled().ToDictionary(static entry => $"model.{entry.Key}", static entry => entry.Value);

        Assert.Contains("6 missing", Refusal(entries, strict: false), StringComparison.Ordinal);
    }

    private static void Rename(Dictionary<string, Tensor> entries, string from, string to)
    {
        Assert.True(entries.Remove(from, out Tensor? tensor));
        entries.Add(to, tensor);
    }

    private Dictionary<string, Tensor> Filled() =>
        StateDict.Of(_module).ToDictionary(static entry => entry.Key, static entry => HashFill.Entry(entry.Key, entry.Value.shape));

    private string Refusal(Dictionary<string, Tensor> entries, bool strict) =>
        Assert.Throws<DeitException>(() => StateDict.Load(_module, entries, strict, "a.safetensors")).Message;
}
