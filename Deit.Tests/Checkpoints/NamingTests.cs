using System.Collections.Immutable;
using Deit.Checkpoints;
using Deit.Checkpoints.Naming;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>Weights under other names than timm's.</summary>
public sealed class NamingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData("deit.", false)]
    [InlineData("vit.", false)]
    [InlineData("", false)]
    [InlineData("deit.", true)]
    public void Hugging_Face_s_names_give_the_same_logits(string prefix, bool pickled)
    {
        Dictionary<string, Tensor> renamed = HuggingFace(prefix);
        string path = _folder.File("a");
        var torch = new TorchBytes();
        if (pickled) File.WriteAllBytes(path, torch.Zip(torch.State(renamed)));
        else Safetensors.Save(path, renamed);

        WeightsReport report = ReferenceStudent.AssertAnswers(path);

        Assert.Equal(pickled ? "PyTorch (zip), Hugging Face names" : "safetensors, Hugging Face names", report.Format);
        Assert.True(report.IsComplete);
    }

    [Fact]
    public void Query_key_and_value_are_stacked_to_the_bit_and_in_this_order()
    {
        string path = _folder.File("a");
        Safetensors.Save(path, HuggingFace("deit."));
        using WeightFile file = Weights.Open(path);
        Tensor expected = ReferenceStudent.State()["blocks.1.attn.qkv.weight"];
        Tensor converted = zeros([144, 48], dtype: ScalarType.Float64, device: CPU);

        TensorAssert.Identical(expected, file.Read("blocks.1.attn.qkv.weight"));
        file.ReadInto("blocks.1.attn.qkv.weight", converted);
        TensorAssert.Identical(expected.to(ScalarType.Float64), converted);
        Assert.Equal(ReferenceStudent.State().Keys.Order(StringComparer.Ordinal), file.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_single_head_of_an_undistilled_model_is_timm_s_head() =>
        Assert.Contains("head.weight", Renamed("vit.embeddings.patch_embeddings.projection.weight", "classifier.weight"));

    [Fact]
    public void Names_that_a_scheme_does_not_know_stay() => Assert.Equal(
        ["patch_embed.proj.weight", "deit.pooler.dense.weight", "deit", "deit.encoder.layer.0", "deit.encoder.layer.0.attention.attention.query.weight", "x"],
        Renamed("deit.embeddings.patch_embeddings.projection.weight", "deit.pooler.dense.weight", "deit", "deit.encoder.layer.0",
            "deit.encoder.layer.0.attention.attention.query.weight", "x").AsEnumerable());

    [Theory]
    [InlineData("module.cls_token", "cls_token")]
    [InlineData("_orig_mod.cls_token", "cls_token")]
    [InlineData("module._orig_mod.cls_token", "cls_token")]
    [InlineData("_orig_mod.module.cls_token", "cls_token")]
    [InlineData("blocks.11.gamma_1", "blocks.11.ls1.gamma")]
    [InlineData("module.blocks.0.gamma_2", "blocks.0.ls2.gamma")]
    [InlineData("blocks.0.gamma_3", "blocks.0.gamma_3")]
    [InlineData("s1.b1.conv1.conv.weight", "s1.b1.conv1.conv.weight")]
    public void Wrappers_and_layer_scales_are_renamed(string name, string timm) => Assert.Equal([timm], Renamed(name).AsEnumerable());

    [Fact]
    public void A_prefix_that_only_some_names_have_is_part_of_them() =>
        Assert.Equal(["module.a", "b"], Renamed("module.a", "b").AsEnumerable());

    [Fact]
    public void Two_tensors_of_one_timm_name_are_refused()
    {
        string message = Assert.Throws<DeitException>(() => Renamed("blocks.0.gamma_1", "blocks.0.ls1.gamma")).Message;

        Assert.Contains("both 'blocks.0.gamma_1' and 'blocks.0.ls1.gamma' are 'blocks.0.ls1.gamma' in timm's names", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float32, new long[] { 2, 3 }, new long[] { 2, 4 })]
    [InlineData(ScalarType.Float32, new long[] { 2 }, new long[] { })]
    [InlineData(ScalarType.Float32, new long[] { }, new long[] { 2 })]
    [InlineData(ScalarType.Float16, new long[] { 2, 3 }, new long[] { 2, 3 })]
    public void Parts_that_do_not_go_together_are_refused(ScalarType type, long[] query, long[] others)
    {
        const string Attention = "deit.encoder.layer.0.attention.attention.";
        string path = _folder.File("a");
        Safetensors.Save(path,
        [
            new("deit.embeddings.patch_embeddings.projection.weight", zeros([1], device: CPU)),
            new(Attention + "query.weight", zeros(query, dtype: ScalarType.Float32, device: CPU)),
            new(Attention + "key.weight", zeros(others, dtype: type, device: CPU)),
            new(Attention + "value.weight", zeros(others, dtype: type, device: CPU)),
        ]);

        string message = Assert.Throws<DeitException>(() => Weights.Open(path)).Message;
        Assert.Contains("does not go below 'deit.encoder.layer.0.attention.attention.query.weight'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_name_is_too_strange_to_be_renamed()
    {
        string[] parts = ["deit", "vit", "module", "encoder", "layer", "0", "attention", "query", "key", "value", "output", "dense", "weight", "layernorm", "embeddings", "gamma_1", "blocks", ""];
        var random = new Random(1);
        using Tensor one = zeros([1], device: CPU);
        for (int round = 0; round < 3000; round++)
        {
            var tensors = Enumerable.Range(0, 8)
                .Select(_ => string.Join('.', Enumerable.Range(0, random.Next(1, 9)).Select(_ => parts[random.Next(parts.Length)])))
                .Append("deit.embeddings.patch_embeddings.projection.weight")
                .Distinct()
                .ToDictionary(static name => name, _ => one);
            try
            {
                using WeightFile renamed = NamingScheme.ToTimm(new TensorEntries("a", tensors));
                Assert.Equal(tensors.Count, renamed.Names.Sum(name => (int)renamed.ShapeOf(name)[0]));
            }
            catch (DeitException exception)
            {
                Assert.Contains("in timm's names", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>The reference's state under the names of DeiTForImageClassificationWithTeacher.</summary>
    private static Dictionary<string, Tensor> HuggingFace(string prefix)
    {
        var renamed = new Dictionary<string, Tensor>();
        foreach ((string name, Tensor tensor) in ReferenceStudent.State())
        {
            string leaf = name[(name.LastIndexOf('.') + 1)..];
            string layer = name.StartsWith("blocks.", StringComparison.Ordinal) ? $"{prefix}encoder.layer.{name.Split('.')[1]}." : "";
            string module = layer.Length == 0 ? name : name.Split('.', 3)[2];
            if (module.StartsWith("attn.qkv", StringComparison.Ordinal))
            {
                Tensor[] parts = tensor.chunk(3, 0);
                string[] names = ["query", "key", "value"];
                for (int part = 0; part < parts.Length; part++) renamed.Add($"{layer}attention.attention.{names[part]}.{leaf}", parts[part]);
                continue;
            }

            renamed.Add(module[..^leaf.Length] switch
            {
                "" => prefix + module switch
                {
                    "cls_token" => "embeddings.cls_token",
                    "dist_token" => "embeddings.distillation_token",
                    _ => "embeddings.position_embeddings",
                },
                "patch_embed.proj." => $"{prefix}embeddings.patch_embeddings.projection.{leaf}",
                "norm1." => $"{layer}layernorm_before.{leaf}",
                "norm2." => $"{layer}layernorm_after.{leaf}",
                "attn.proj." => $"{layer}attention.output.dense.{leaf}",
                "mlp.fc1." => $"{layer}intermediate.dense.{leaf}",
                "mlp.fc2." => $"{layer}output.dense.{leaf}",
                "norm." => $"{prefix}layernorm.{leaf}",
                "head." => $"cls_classifier.{leaf}",
                "head_dist." => $"distillation_classifier.{leaf}",
                _ => throw new InvalidOperationException(name),
            },
            tensor);
        }

        return renamed;
    }

    private ImmutableArray<string> Renamed(params string[] names)
    {
        string path = _folder.File("a");
        var torch = new TorchBytes();
        using Tensor one = zeros([1], device: CPU);
        File.WriteAllBytes(path, torch.Zip(torch.State(names.Select(name => KeyValuePair.Create(name, one)))));
        using WeightFile file = Weights.Open(path);
        return file.Names;
    }
}
