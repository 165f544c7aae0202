using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>Files that PyTorch and safetensors wrote.</summary>
public sealed class ReferenceCheckpointTests
{
    public static TheoryData<string, string, string, string> Files => Devices.With(
        ("state_dict.pth", "PyTorch (zip)", "logits"),
        ("state_dict_legacy.pth", "PyTorch (legacy)", "logits"),
        ("deit_format.pth", "PyTorch (zip), 'model'", "logits"),
        ("deit_training_checkpoint.pth", "PyTorch (zip), 'model'", "logits"),
        ("model.safetensors", "safetensors", "logits"),
        ("state_dict_fp16.pth", "PyTorch (zip)", "logits_of_fp16_weights"),
        ("model_fp16.safetensors", "safetensors", "logits_of_fp16_weights"),
        ("state_dict_bf16.pth", "PyTorch (zip)", "logits_of_bf16_weights"),
        ("model_bf16.safetensors", "safetensors", "logits_of_bf16_weights"));

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Every_file_loads_and_gives_the_recorded_logits(string file, string format, string logits, string device)
    {
        WeightsReport report = ReferenceStudent.AssertAnswers(ReferenceStudent.Find(file), logits, device: Devices.Require(device));

        Assert.Equal(format, report.Format);
        Assert.True(report.IsComplete);
        Assert.Equal(ReferenceStudent.Expected.GetProperty("keys").EnumerateObject().Count(), report.Loaded.Length);
    }

    [SkippableFact]
    public void What_a_training_checkpoint_holds_besides_weights_is_told()
    {
        using WeightFile file = WeightFile.Open(ReferenceStudent.Find("deit_training_checkpoint.pth"));

        Assert.Contains("'args' (argparse.Namespace)", file.Ignored);
        Assert.Contains("'epoch' (int)", file.Ignored);
    }

    [SkippableTheory]
    [InlineData("state_dict.pth")]
    [InlineData("state_dict_legacy.pth")]
    [InlineData("deit_training_checkpoint.pth")]
    public void Tensors_are_those_that_were_recorded_to_the_bit(string file)
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightFile weights = WeightFile.Open(ReferenceStudent.Find(file));
        Dictionary<string, Tensor> state = ReferenceStudent.State();

        Assert.Equal(state.Keys, weights.Names);
        foreach ((string name, Tensor expected) in state) TensorAssert.Identical(expected, weights.Read(name), name);
    }

    [SkippableFact]
    public void Views_are_read_as_PyTorch_sees_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using WeightFile file = WeightFile.Open(ReferenceStudent.Find("views.pth"));
        Tensor qkv = HashFill.Entry("blocks.0.attn.qkv.weight", [144, 48]);

        double[] strided = [.. file.Read("strided").flatten().Values().Take(4)];
        double[] slice = [.. file.Read("slice").flatten().Values().Take(4)];

        Tensors.AssertClose(ReferenceStudent.Expected.GetProperty("views").GetProperty("strided_row0").Doubles(), strided, 1e-8);
        Tensors.AssertClose(ReferenceStudent.Expected.GetProperty("views").GetProperty("slice_row0").Doubles(), slice, 1e-8);
        TensorAssert.Identical(qkv.t(), file.Read("strided"));
        TensorAssert.Identical(file.Read("shared_a"), file.Read("shared_b"));
        Assert.Equal([], file.ShapeOf("scalar").AsEnumerable());
        Assert.Equal(ScalarType.Int64, file.TypeOf("int"));
    }
}
