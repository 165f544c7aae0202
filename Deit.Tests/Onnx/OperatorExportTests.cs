using Deit.Compiler.Graphs;
using Deit.Tests.Generators;

namespace Deit.Tests.Onnx;

/// <summary>Every operator that can be declared has its ONNX nodes, alone in a model of its own.</summary>
public sealed class OperatorExportTests
{
    private const string OnImages = "  - {op: conv2d, name: stem, out: 8, stride: 2}\n";
    private const string OnTokens = $"{OnImages}  - {{op: flatten_patches}}\n";
    private const string FromImages = "  - {op: global_average_pool}\n";
    private const string FromTokens = "  - {op: token_mean}\n";
    private const string Qkv = $$"""
        {{OnTokens}}  - {op: linear, name: qkv, out: 24}
          - {op: split_heads, heads: 2, output: qkv}
          - {op: unpack, index: 0, input: qkv, output: q}
          - {op: unpack, index: 1, input: qkv, output: k}
          - {op: unpack, index: 2, input: qkv, output: v}

        """;

    // The operator, and steps that use it.
    public static TheoryData<string, string> Operators => new()
    {
        { "add", $"{OnImages}  - {{op: relu, output: y}}\n  - {{op: add, input: [x, y]}}\n{FromImages}" },
        { "batch_norm2d", $"{OnImages}  - {{op: batch_norm2d, name: bn}}\n{FromImages}" },
        { "conv2d", $"{OnImages}  - {{op: conv2d, name: conv, out: 12, kernel: 2, stride: 3, padding: 1, groups: 4, bias: true}}\n{FromImages}" },
        { "drop_path", $"{OnImages}  - {{op: drop_path, name: drop, rate: 0.5}}\n{FromImages}" },
        { "dropout", $"{OnImages}  - {{op: dropout, name: drop, rate: 0.5}}\n{FromImages}" },
        { "flatten_patches", OnTokens + FromTokens },
        { "gelu", $"{OnImages}  - {{op: gelu}}\n{FromImages}" },
        { "global_average_pool", $"{OnImages}  - {{op: global_average_pool, keep_dims: true}}\n{FromImages}" },
        { "layer_norm", $"{OnTokens}  - {{op: layer_norm, name: norm, eps: 0.01}}\n{FromTokens}" },
        { "layer_scale", $"{OnTokens}  - {{op: layer_scale, name: ls}}\n{FromTokens}" },
        { "learned_tokens", $"{OnTokens}  - {{op: learned_tokens, name: positions, tokens: 64, width: 8, output: y}}\n  - {{op: add, input: [x, y]}}\n{FromTokens}" },
        { "linear", $"{OnTokens}  - {{op: linear, name: first, out: 9, bias: false}}\n  - {{op: linear, name: second, out: 10}}\n{FromTokens}  - {{op: linear, name: third, out: 11, bias: false}}\n" },
        { "merge_heads", $"{Qkv}  - {{op: scaled_dot_product_attention, input: [q, k, v]}}\n  - {{op: merge_heads}}\n{FromTokens}" },
        { "prepend_tokens", $"{OnTokens}  - {{op: learned_tokens, name: a, width: 8, output: a}}\n  - {{op: learned_tokens, name: b, tokens: 3, width: 8, output: b}}\n  - {{op: prepend_tokens, input: [a, b, x]}}\n{FromTokens}" },
        { "relu", $"{OnImages}  - {{op: relu}}\n{FromImages}" },
        { "scale", $"{OnImages}  - {{op: global_average_pool, keep_dims: true, output: y}}\n  - {{op: scale, input: [x, y]}}\n{FromImages}" },
        { "scaled_dot_product_attention", $"{Qkv}  - {{op: scaled_dot_product_attention, input: [k, v, q]}}\n  - {{op: merge_heads}}\n{FromTokens}" },
        { "sigmoid", $"{OnImages}  - {{op: sigmoid}}\n{FromImages}" },
        { "silu", $"{OnImages}  - {{op: silu}}\n{FromImages}" },
        { "split_heads", $"{Qkv}  - {{op: add, input: [q, k]}}\n  - {{op: add, input: [x, v]}}\n  - {{op: merge_heads}}\n{FromTokens}" },
        { "token_at", $"{OnTokens}  - {{op: token_at, index: 5}}\n" },
        { "token_mean", $"{OnTokens}  - {{op: token_mean, skip: 7}}\n" },
        { "unpack", $"{Qkv}  - {{op: add, input: [v, q]}}\n  - {{op: add, input: [x, k]}}\n  - {{op: merge_heads}}\n{FromTokens}" },
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void An_operator_gives_the_same_in_ONNX_Runtime(string name, string steps)
    {
        Assert.Contains($"op: {name}", steps);
        using RunningModel model = RunningModel.Of(GeneratorHost.Run("", GeneratorHost.Yaml(
            $"name: model\nfamily: graph\nimage_size: 16\nclasses: 5\nsteps:\n{steps}  - {{op: linear, name: head, out: 5}}\n")));

        OnnxAgreement.AssertAgrees(model.Model);
    }

    [Fact]
    public void No_operator_is_forgotten() =>
        Assert.Equal(OpDeclaration.All.Keys, Operators.Select(static row => (string)row[0]).Order(StringComparer.Ordinal));
}
