using System.Globalization;
using System.Text;

namespace Deit.Tests.Generators;

/// <summary>A random <c>family: graph</c> model: a chain of steps, each of which fits what the one before gives.</summary>
/// <param name="choices">What decides.</param>
internal sealed class RandomGraph(Choices choices)
{
    private const int MostExtent = 12;

    private readonly StringBuilder _blocks = new();
    private readonly StringBuilder _steps = new();
    private int _names;
    private int _channels;
    private int _extent;
    private int _tokens;

    /// <summary>The spec.</summary>
    public string Write()
    {
        int image = choices.From(1, MostExtent);
        int channels = choices.From(1, 4);
        int classes = choices.From(1, 6);
        (_channels, _extent) = (channels, image);
        Convolution();
        for (int i = choices.From(0, 4); i > 0; i--) OnImage();
        if (choices.Maybe()) OverTokens();
        else Step("op: global_average_pool");

        bool distilled = choices.Maybe();
        if (distilled) Step($"op: linear, name: head_dist, out: {Text(classes)}, input: x, output: other");
        Step($"op: linear, name: head, out: {Text(classes)}, input: x");
        return $"name: model\nfamily: graph\nimage_size: {Text(image)}\nchannels: {Text(channels)}\nclasses: {Text(classes)}\ncheckpoint_every: {Text(choices.From(0, 3))}\n"
            + (_blocks.Length > 0 ? $"blocks:\n{_blocks}" : "") + $"steps:\n{_steps}" + (distilled ? "distillation_output: other\n" : "");
    }

    private void OnImage()
    {
        switch (choices.From(0, 5))
        {
            case 0:
                Step(choices.Of("op: relu", "op: gelu", "op: sigmoid"));
                break;
            case 1:
                Convolution();
                break;
            case 2:
                Step($"op: batch_norm2d, name: {Name()}, zero_init: {(choices.Maybe() ? "true" : "false")}");
                break;
            case 3:
                Repeat("conv", $"op: conv2d, name: conv, out: {Text(_channels)}, kernel: {Text(choices.Of(1, 3))}, output: y", "op: relu, input: y, output: y", "op: add, input: [x, y]");
                break;
            case 4:
                Repeat("gate", "op: global_average_pool, keep_dims: true, output: gate", $"op: conv2d, name: fc, out: {Text(_channels)}, kernel: 1, bias: true, input: gate, output: gate", "op: sigmoid, input: gate, output: gate", "op: scale, input: [x, gate]");
                break;
            default:
                Step($"op: drop_path, name: {Name()}, rate: {choices.Of("0", "0.5")}");
                break;
        }
    }

    private void Convolution()
    {
        int kernel = choices.From(1, Math.Min(_extent, 4));
        int stride = choices.From(1, 3);
        int padding = choices.From(0, 2);
        int groups = choices.Maybe() ? 1 : Enumerable.Range(1, _channels).Last(divisor => _channels % divisor == 0 && divisor <= 4);
        int channels = groups * choices.From(1, 4);
        Step($"op: conv2d, name: {Name()}, out: {Text(channels)}, kernel: {Text(kernel)}, stride: {Text(stride)}, padding: {Text(padding)}, groups: {Text(groups)}, bias: {(choices.Maybe() ? "true" : "false")}");
        _channels = channels;
        _extent = ((_extent + (2 * padding) - kernel) / stride) + 1;
    }

    private void OverTokens()
    {
        Step("op: flatten_patches");
        _tokens = _extent * _extent;
        int width = 4 * choices.From(1, 3);
        Step($"op: linear, name: {Name()}, out: {Text(width)}, bias: {(choices.Maybe() ? "true" : "false")}");
        if (choices.Maybe())
        {
            int more = choices.From(1, 3);
            Step($"op: learned_tokens, name: {Name()}, tokens: {Text(more)}, width: {Text(width)}, output: more");
            Step("op: prepend_tokens, input: [more, x]");
            _tokens += more;
        }

        for (int i = choices.From(0, 3); i > 0; i--) OnTokens(width);
        Step(choices.Maybe() ? $"op: token_at, index: {Text(choices.From(0, _tokens - 1))}" : $"op: token_mean, skip: {Text(choices.From(0, _tokens - 1))}");
    }

    private void OnTokens(int width)
    {
        switch (choices.From(0, 3))
        {
            case 0:
                Step($"op: layer_norm, name: {Name()}, eps: {choices.Of("1e-6", "1e-5")}");
                break;
            case 1:
                Step($"op: layer_scale, name: {Name()}, init_values: 0.1");
                break;
            case 2:
                string positions = Name();
                Step($"op: learned_tokens, name: {positions}, tokens: {Text(_tokens)}, width: {Text(width)}, output: {positions}");
                Step($"op: add, input: [x, {positions}]");
                break;
            default:
                string attention = Block(
                    $"op: linear, name: qkv, out: {Text(3 * width)}", $"op: split_heads, heads: {Text(choices.Of(1, 2, 4))}, output: qkv",
                    "op: unpack, index: 0, input: qkv, output: q", "op: unpack, index: 1, input: qkv, output: k", "op: unpack, index: 2, input: qkv, output: v",
                    "op: scaled_dot_product_attention, input: [q, k, v]", "op: merge_heads", $"op: linear, name: proj, out: {Text(width)}");
                Repeat("blocks", "op: layer_norm, name: norm, output: y", $"block: {attention}, name: attn, input: y, output: y", "op: add, input: [x, y]");
                break;
        }
    }

    private void Repeat(string name, params string[] steps) =>
        Step($"block: {Block(steps)}, name: {name}{Text(_names++)}, repeat: {Text(choices.From(1, 2))}");

    private string Block(params string[] steps)
    {
        string name = $"block{Text(_names++)}";
        _blocks.Append(CultureInfo.InvariantCulture, $"  - block: {name}\n    steps:\n{string.Concat(steps.Select(static step => $"      - {{{step}}}\n"))}");
        return name;
    }

    private void Step(string step) => _steps.Append(CultureInfo.InvariantCulture, $"  - {{{step}}}\n");

    private string Name() => $"member{Text(_names++)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
