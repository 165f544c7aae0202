using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

public sealed class WeightsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly DistilledClassifier _model = ReferenceStudent.Make();
    private readonly Dictionary<string, Tensor> _state = ReferenceStudent.State();

    public static TheoryData<string> AllDevices => Devices.All;

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
        _scope.Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(AllDevices))]
    public void What_fits_is_loaded_whole(string device)
    {
        _model.to(Devices.Require(device));
        WeightsReport report = Weights.Load(_model, Saved());

        Assert.True(report.IsComplete);
        Assert.Empty(report.Lines);
        foreach ((string name, Tensor tensor) in StateDict.Of(_model)) TensorAssert.Identical(_state[name], tensor, name);
        Assert.All(_model.parameters(), static parameter => Assert.True(parameter.requires_grad && parameter.is_leaf));
    }

    [SkippableTheory]
    [InlineData(ScalarType.Float64, "cpu")]
    [InlineData(ScalarType.BFloat16, "cpu")]
    [InlineData(ScalarType.Float64, "cuda")]
    [InlineData(ScalarType.BFloat16, "cuda")]
    public void A_model_of_another_type_keeps_its_type(ScalarType type, string device)
    {
        _model.to(Devices.Require(device)).to(type);
        Weights.Load(_model, Saved());

        foreach ((string name, Tensor tensor) in StateDict.Of(_model)) TensorAssert.Identical(_state[name].to(type), tensor, name);
    }

    [Fact]
    public void Strictly_every_fault_is_told_and_nothing_is_loaded()
    {
        Spoil();
        Tensor before = StateDict.Of(_model)["cls_token"].clone();

        string message = Assert.Throws<DeitException>(() => Weights.Load(_model, Saved())).Message;

        Assert.Contains("does not fit the model reference_student: 1 missing: 'norm.bias' (there is 'norm.bais'); 1 unexpected: 'norm.bais'; "
            + "1 misshapen: 'head.weight' is (7, 48), the model's (10, 48).", message, StringComparison.Ordinal);
        TensorAssert.Identical(before, StateDict.Of(_model)["cls_token"]);
    }

    [Fact]
    public void Leniently_what_fits_is_loaded_and_the_rest_told()
    {
        Spoil();
        Tensor head = StateDict.Of(_model)["head.weight"].clone();

        WeightsReport report = Weights.Load(_model, Saved(), new() { Strict = false });

        Assert.False(report.IsComplete);
        Assert.Equal(
            ["1 missing: 'norm.bias'", "1 unexpected: 'norm.bais'", "1 misshapen: 'head.weight' is (7, 48), the model's (10, 48)"],
            report.Lines);
        Assert.Equal(_state.Count - 2, report.Loaded.Length);
        TensorAssert.Identical(_state["cls_token"], StateDict.Of(_model)["cls_token"]);
        TensorAssert.Identical(head, StateDict.Of(_model)["head.weight"]);
    }

    [Fact]
    public void Leniently_a_file_of_which_nothing_fits_is_still_refused()
    {
        string path = _folder.File("other.safetensors");
        Safetensors.Save(path, [new("x", _state["cls_token"])]);

        string message = Assert.Throws<DeitException>(() => Weights.Load(_model, path, new() { Strict = false })).Message;
        Assert.Contains($"{_state.Count} missing", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_of_another_shape_are_adapted_where_something_can()
    {
        _state["head.weight"] = zeros([7, 48], dtype: ScalarType.Float32, device: CPU);
        _state["head.bias"] = zeros([7], dtype: ScalarType.Float32, device: CPU);
        _state["pos_embed"] = ones([1, 6, 48], dtype: ScalarType.Float32, device: CPU);
        Tensor head = StateDict.Of(_model)["head.weight"].clone();
        var adapter = new KeepingHeads();

        WeightsReport report = Weights.Load(_model, Saved(), new() { Adapter = adapter });

        Assert.Equal(["head.bias", "head.weight", "pos_embed"], report.Adapted.Order(StringComparer.Ordinal));
        Assert.Equal(report.Adapted.Order(StringComparer.Ordinal), adapter.Asked.Order(StringComparer.Ordinal));
        TensorAssert.Identical(head, StateDict.Of(_model)["head.weight"]);
        Assert.Equal(18 * 48, StateDict.Of(_model)["pos_embed"].sum().item<float>());
        TensorAssert.Identical(_state["cls_token"], StateDict.Of(_model)["cls_token"]);
    }

    [Fact]
    public void What_cannot_be_adapted_is_misshapen()
    {
        _state["norm.weight"] = zeros([7], dtype: ScalarType.Float32, device: CPU);

        string message = Assert.Throws<DeitException>(() => Weights.Load(_model, Saved(), new() { Adapter = new KeepingHeads() })).Message;
        Assert.Contains("1 misshapen: 'norm.weight' is (7,), the model's (48,)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Loading_leaves_no_tensors_and_no_copy_of_the_file()
    {
        string path = Saved();
        Weights.Load(_model, path);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(0, Tensors.LeftBehind(() => Weights.Load(_model, path)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < new FileInfo(path).Length);
    }

    [Fact]
    public void Elements_go_straight_into_the_memory_of_a_target_that_is_laid_out_alike()
    {
        const long Count = 16 << 20;
        string path = _folder.File("large.safetensors");
        using (Tensor large = arange(Count, dtype: ScalarType.Float32, device: CPU)) Safetensors.Save(path, [new("a", large)]);
        using WeightFile file = WeightFile.Open(path);
        Tensor target = zeros([Count], dtype: ScalarType.Float32, device: CPU);
        long before = GC.GetAllocatedBytesForCurrentThread();

        file.ReadInto("a", target);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 16);
        Assert.Equal(Count - 1, target[Count - 1].item<float>());
    }

    [Fact]
    public void A_target_of_another_shape_is_refused()
    {
        using WeightFile file = WeightFile.Open(Saved());
        var exception = Assert.Throws<DeitException>(() => file.ReadInto("norm.bias", zeros([1, 48], device: CPU)));

        Assert.Contains("tensor 'norm.bias' is (48,); it cannot be read into (1, 48)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_safetensors_file_has_no_keys_to_choose_from()
    {
        var exception = Assert.Throws<DeitException>(() => Weights.Load(_model, Saved(), new() { Key = "model" }));

        Assert.Contains("is a safetensors file, which has no dictionaries to choose 'model' from", exception.Message, StringComparison.Ordinal);
    }

    private void Spoil()
    {
        _state.Remove("norm.bias", out Tensor? bias);
        _state["norm.bais"] = bias!;
        _state["head.weight"] = zeros([7, 48], dtype: ScalarType.Float32, device: CPU);
    }

    private string Saved()
    {
        string path = _folder.File("a.safetensors");
        Safetensors.Save(path, _state);
        return path;
    }

    /// <summary>Leaves heads as they are, and spreads the mean of a position embedding.</summary>
    private sealed class KeepingHeads : IEntryAdapter
    {
        public List<string> Asked { get; } = [];

        public bool TryAdapt(string name, Tensor entry, Tensor target, out Tensor adapted)
        {
            Asked.Add(name);
            adapted = name == "pos_embed" ? entry.mean([1], keepdim: true).expand(target.shape) : target;
            return !name.StartsWith("norm", StringComparison.Ordinal);
        }
    }
}
