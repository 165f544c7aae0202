using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Deit.Benchmarks.Idiomatic;

/// <summary>
/// RegNetY (Radosavovic et al., arXiv 2003.13678) written by hand, as one writes modules in TorchSharp.
/// <c>RegisterComponents</c> names weights after fields, which are therefore named as in timm.
/// </summary>
internal sealed class RegNetY : Module<Tensor, Tensor>
{
    private readonly Sequential stem;
    private readonly Sequential s1;
    private readonly Sequential s2;
    private readonly Sequential s3;
    private readonly Sequential s4;
    private readonly Sequential head;

    public RegNetY(int stemWidth, int[] depths, int[] widths, int groupWidth, int classes)
        : base(nameof(RegNetY))
    {
        stem = Layers.ConvNormReLU(3, stemWidth, kernelSize: 3, stride: 2);
        s1 = Stage(stemWidth, widths[0], depths[0], groupWidth);
        s2 = Stage(widths[0], widths[1], depths[1], groupWidth);
        s3 = Stage(widths[1], widths[2], depths[2], groupWidth);
        s4 = Stage(widths[2], widths[3], depths[3], groupWidth);
        head = Sequential(("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(widths[3], classes)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = stem.call(images);
        x = s1.call(x);
        x = s2.call(x);
        x = s3.call(x);
        x = s4.call(x);
        return head.call(x).MoveToOuterDisposeScope();
    }

    private static Sequential Stage(int inWidth, int width, int depth, int groupWidth) =>
        Sequential(Enumerable.Range(1, depth).Select(place =>
        {
            bool first = place == 1;
            return ($"b{place}", (Module<Tensor, Tensor>)new Bottleneck(first ? inWidth : width, width, stride: first ? 2 : 1, groupWidth));
        }));
}

internal sealed class Bottleneck : Module<Tensor, Tensor>
{
    private readonly Sequential conv1;
    private readonly Sequential conv2;
    private readonly SqueezeExcitation se;
    private readonly Sequential conv3;
    private readonly Sequential? downsample;

    public Bottleneck(int inWidth, int width, int stride, int groupWidth)
        : base(nameof(Bottleneck))
    {
        conv1 = Layers.ConvNormReLU(inWidth, width, kernelSize: 1);
        conv2 = Layers.ConvNormReLU(width, width, kernelSize: 3, stride, groups: width / groupWidth);
        se = new SqueezeExcitation(width, (int)Math.Round(inWidth * 0.25));
        conv3 = Layers.ConvNorm(width, width, kernelSize: 1);
        if (stride != 1 || inWidth != width) downsample = Layers.ConvNorm(inWidth, width, kernelSize: 1, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = conv3.call(se.call(conv2.call(conv1.call(x))));
        return (y + (downsample?.call(x) ?? x)).relu_().MoveToOuterDisposeScope();
    }
}

internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly Conv2d fc1;
    private readonly Conv2d fc2;

    public SqueezeExcitation(int width, int squeezedWidth)
        : base(nameof(SqueezeExcitation))
    {
        fc1 = Conv2d(width, squeezedWidth, 1);
        fc2 = Conv2d(squeezedWidth, width, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gate = fc2.call(fc1.call(x.mean([2, 3], keepdim: true)).relu_()).sigmoid_();
        return (x * gate).MoveToOuterDisposeScope();
    }
}

internal static class Layers
{
    public static Sequential ConvNorm(int inWidth, int width, int kernelSize, int stride = 1, int groups = 1) =>
        Sequential(("conv", Convolution(inWidth, width, kernelSize, stride, groups)), ("bn", BatchNorm2d(width)));

    public static Sequential ConvNormReLU(int inWidth, int width, int kernelSize, int stride = 1, int groups = 1) =>
        Sequential(("conv", Convolution(inWidth, width, kernelSize, stride, groups)), ("bn", BatchNorm2d(width)), ("act", ReLU(inplace: true)));

    private static Conv2d Convolution(int inWidth, int width, int kernelSize, int stride, int groups) =>
        Conv2d(inWidth, width, kernelSize, stride: stride, padding: kernelSize / 2, groups: groups, bias: false);
}
