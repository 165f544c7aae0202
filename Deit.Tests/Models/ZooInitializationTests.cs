using Deit.Models;
using Deit.Tests.Support;
using Deit.Tests.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Models;

/// <summary>
/// Every parameter of a new model is drawn as the reference draws it: timm's models as timm does, the models of DeiT, and the
/// tokens of which alone differ between the two, as facebookresearch/deit does.
/// </summary>
[Collection(GlobalGenerator.Name)]
public sealed class ZooInitializationTests
{
    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    [Theory]
    [InlineData("deit_tiny_distilled_patch16_224")]
    [InlineData("vit_tiny_patch16_224")]
    [InlineData("deit3_small_patch16_224")]
    [InlineData("regnetx_002")]
    [InlineData("regnety_002")]
    [InlineData("efficientnet_b0")]
    public void Every_parameter_is_drawn_as_the_reference_draws_it(string name)
    {
        using Generator generator = manual_seed(11);
        using IVisionModel model = Zoo.Find(name).Create();
        Dictionary<string, nn.Module> modules = model.Module.named_modules().ToDictionary(static pair => pair.name, static pair => pair.module);

        foreach ((string parameter, Parameter values) in model.Module.named_parameters())
        {
            string owner = parameter.Contains('.', StringComparison.Ordinal) ? parameter[..parameter.LastIndexOf('.')] : "";
            Law law = model.Description.Family == "vision_transformer"
                ? Transformer(parameter, name, values)
                : Convolutional(parameter, modules[owner], values);
            law.Check(values.Values(), $"{name}: {parameter}");
        }
    }

    /// <summary>timm/models/vision_transformer.py, and facebookresearch/deit models.py.</summary>
    private static Law Transformer(string parameter, string name, Tensor values) => parameter switch
    {
        "cls_token" when !name.StartsWith("deit_", StringComparison.Ordinal) => Law.Normal(1e-6),
        "cls_token" or "dist_token" or "pos_embed" => Law.Normal(0.02),

        // What PyTorch does by itself: uniform, ending at 1 / sqrt(fan-in), which is a patch of 3 channels.
        "patch_embed.proj.weight" or "patch_embed.proj.bias" => Law.Uniform(1 / Math.Sqrt(3 * 16 * 16)),
        _ when parameter.EndsWith(".gamma", StringComparison.Ordinal) => Law.Constant(1e-6),
        _ when values.dim() == 2 => Law.Normal(0.02),
        _ => Norm(parameter),
    };

    /// <summary>timm/models/regnet.py and timm/models/_efficientnet_builder.py.</summary>
    private static Law Convolutional(string parameter, nn.Module owner, Tensor values)
    {
        long[] shape = values.shape;
        return (owner, parameter.EndsWith(".weight", StringComparison.Ordinal)) switch
        {
            (Conv2d conv, true) => Law.Normal(Math.Sqrt(2.0 * conv.groups / (shape[0] * shape[2] * shape[3]))),
            (Conv2d or Linear, false) => Law.Constant(0),
            (Linear, true) => parameter == "classifier.weight" ? Law.Uniform(1 / Math.Sqrt(shape[0])) : Law.Normal(0.01),
            (_, true) when parameter.EndsWith("conv3.bn.weight", StringComparison.Ordinal) => Law.Constant(0),
            _ => Norm(parameter),
        };
    }

    /// <summary>Scale 1 and shift 0; linear layers have no bias either.</summary>
    private static Law Norm(string parameter) => Law.Constant(parameter.EndsWith(".bias", StringComparison.Ordinal) ? 0 : 1);

    /// <summary>A distribution of mean 0, or a constant.</summary>
    /// <param name="Deviation">Its standard deviation; 0 for a constant.</param>
    /// <param name="FourthMoment">The mean of its fourth power, in fourth powers of the deviation.</param>
    /// <param name="Limit">The greatest magnitude, in deviations.</param>
    /// <param name="Mean">Its mean.</param>
    private sealed record Law(double Deviation, double FourthMoment, double Limit, double Mean)
    {
        // Below this the sums are not yet normal.
        private const int LeastCount = 32;
        private const double Errors = 6;

        public static Law Normal(double deviation) => new(deviation, 3, double.PositiveInfinity, 0);

        public static Law Uniform(double bound) => new(bound / Math.Sqrt(3), 1.8, Math.Sqrt(3), 0);

        public static Law Constant(double value) => new(0, 0, 0, value);

        /// <summary>Mean, variance and fourth moment within six standard errors, and the greatest magnitude.</summary>
        public void Check(double[] values, string what)
        {
            if (Deviation == 0)
            {
                Assert.All(values, value => Assert.True(Math.Abs(value - Mean) <= 1e-6 * Math.Abs(Mean), what));
                return;
            }

            double[] z = [.. values.Select(value => value / Deviation)];
            Assert.True(z.Max(Math.Abs) <= Limit * 1.00001, $"{what}: {z.Max(Math.Abs)} deviations are too many");
            if (z.Length < LeastCount) return;
            double error = Errors / Math.Sqrt(z.Length);
            AssertNear(0, z.Average(), error, $"{what}: mean");
            AssertNear(1, z.Average(static value => value * value), error * Math.Sqrt(FourthMoment - 1), $"{what}: variance");

            // The variance of the fourth power is 105 - 9 for a normal distribution and 9 - 1.8² for a uniform one.
            double spread = Math.Sqrt((double.IsInfinity(Limit) ? 105 : 9) - (FourthMoment * FourthMoment));
            if (z.Length > 1000) AssertNear(FourthMoment, z.Average(static value => value * value * value * value), error * spread, $"{what}: fourth moment");
        }

        private static void AssertNear(double expected, double actual, double tolerance, string what) =>
            Assert.True(Math.Abs(actual - expected) <= tolerance, FormattableString.Invariant($"{what}: expected {expected}, found {actual}, tolerance {tolerance}"));
    }
}
