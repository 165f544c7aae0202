using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Deit.Benchmarks.Idiomatic;

/// <summary>
/// A vision transformer (Dosovitskiy et al., arXiv 2010.11929) written by hand, as one writes modules in TorchSharp.
/// <c>RegisterComponents</c> names weights after fields, which are therefore named as in timm.
/// </summary>
internal sealed class VisionTransformer : Module<Tensor, Tensor>
{
    private readonly PatchEmbed patch_embed;
    private readonly Parameter cls_token;
    private readonly Parameter pos_embed;
    private readonly Sequential blocks;
    private readonly LayerNorm norm;
    private readonly Linear head;

    public VisionTransformer(int imageSize, int patchSize, int width, int depth, int heads, int classes)
        : base(nameof(VisionTransformer))
    {
        int side = imageSize / patchSize;
        patch_embed = new PatchEmbed(patchSize, width);
        cls_token = Parameter(zeros(1, 1, width, device: CPU));
        pos_embed = Parameter(zeros(1, 1 + side * side, width, device: CPU));
        blocks = Sequential([.. Enumerable.Range(0, depth).Select(_ => new TransformerBlock(width, heads))]);
        norm = LayerNorm(width, eps: 1e-6);
        head = Linear(width, classes);
        RegisterComponents();
    }

    /// <summary>deit_tiny_patch16_224.</summary>
    public static VisionTransformer DeitTiny() => new(imageSize: 224, patchSize: 16, width: 192, depth: 12, heads: 3, classes: 1000);

    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = patch_embed.call(images);
        x = cat([cls_token.expand(x.size(0), -1, -1), x], dim: 1) + pos_embed;
        x = norm.call(blocks.call(x));
        return head.call(x[TensorIndex.Colon, 0]).MoveToOuterDisposeScope();
    }
}

internal sealed class PatchEmbed : Module<Tensor, Tensor>
{
    private readonly Conv2d proj;

    public PatchEmbed(int patchSize, int width)
        : base(nameof(PatchEmbed))
    {
        proj = Conv2d(3, width, patchSize, stride: patchSize);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return proj.call(images).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}

internal sealed class TransformerBlock : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly SelfAttention attn;
    private readonly LayerNorm norm2;
    private readonly Sequential mlp;

    public TransformerBlock(int width, int heads)
        : base(nameof(TransformerBlock))
    {
        norm1 = LayerNorm(width, eps: 1e-6);
        attn = new SelfAttention(width, heads);
        norm2 = LayerNorm(width, eps: 1e-6);
        mlp = Sequential(("fc1", Linear(width, 4 * width)), ("act", GELU()), ("fc2", Linear(4 * width, width)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        x = x + attn.call(norm1.call(x));
        x = x + mlp.call(norm2.call(x));
        return x.MoveToOuterDisposeScope();
    }
}

internal sealed class SelfAttention : Module<Tensor, Tensor>
{
    private readonly int _heads;
    private readonly Linear qkv;
    private readonly Linear proj;

    public SelfAttention(int width, int heads)
        : base(nameof(SelfAttention))
    {
        _heads = heads;
        qkv = Linear(width, 3 * width);
        proj = Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        (long batch, long tokens, long width) = (x.size(0), x.size(1), x.size(2));
        Tensor[] parts = qkv.call(x).reshape(batch, tokens, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4).unbind(0);
        Tensor mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        return proj.call(mixed.transpose(1, 2).reshape(batch, tokens, width)).MoveToOuterDisposeScope();
    }
}
