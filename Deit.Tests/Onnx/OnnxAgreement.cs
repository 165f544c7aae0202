using System.Globalization;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Onnx;

/// <summary>Exports a model and holds what ONNX Runtime makes of the file against the module itself.</summary>
internal static class OnnxAgreement
{
    private const double Tolerance = 1e-4;

    // Weights that were not trained make logits of up to a hundred, whose rounding grows with them.
    private const double RelativeTolerance = 1e-5;

    // One image, and more than one from the same file.
    private static readonly int[] Batches = [1, 3];

    /// <summary>Exports the model and compares all outputs.</summary>
    /// <param name="model">A generated model; its weights are overwritten with some that all logits depend on.</param>
    /// <param name="options">What the file holds beside the model.</param>
    /// <returns>How near they are.</returns>
    public static Nearness AssertAgrees(IVisionModel model, OnnxOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        HashFill.Fill(model.Module);
        model.Module.eval();
        string path = folder.File("model.onnx");
        model.ExportOnnx(path, options);

        OnnxDocument.Read(path).AssertWellFormed();
        using var session = new OnnxSession(path);
        var nearness = new Nearness(0, 0);
        foreach (int batch in Batches)
        {
            Tensor images = Images(model.Description, batch);
            Dictionary<string, Tensor> expected = Run(model, images);
            Dictionary<string, Tensor> actual = session.Run(images);
            Assert.Equal(expected.Keys, actual.Keys);
            foreach ((string name, Tensor logits) in expected)
            {
                Assert.Equal(logits.shape, actual[name].shape);
                var found = new Nearness((logits - actual[name]).abs().max().item<float>(), logits.abs().max().item<float>());
                Assert.True(found.Difference <= Math.Max(Tolerance, RelativeTolerance * found.Magnitude), $"{model.Description.Name}, batch {batch}: {name} differs by {found}.");
                nearness = new(Math.Max(nearness.Difference, found.Difference), Math.Max(nearness.Magnitude, found.Magnitude));
            }
        }

        return nearness;
    }

    /// <summary>Images of a model's own size, with as many channels as it has.</summary>
    public static Tensor Images(ModelDescription model, int batch)
    {
        float[] pixels = [.. HashFill.Uniform("input", (long)batch * model.Input[0] * model.Input[1] * model.Input[2]).Select(static u => (float)(4 * u))];
        return tensor(pixels, [batch, model.Input[0], model.Input[1], model.Input[2]], dtype: ScalarType.Float32, device: CPU);
    }

    private static Dictionary<string, Tensor> Run(IVisionModel model, Tensor images)
    {
        if (model is not DistilledClassifier distilled) return new() { ["logits"] = model.Predict(images) };
        DistilledLogits logits = distilled.call(images);
        return new() { ["logits"] = logits.Mean(), ["class_logits"] = logits.Class, ["distillation_logits"] = logits.Distillation };
    }
}

/// <summary>How near two sets of logits are.</summary>
/// <param name="Difference">The greatest difference.</param>
/// <param name="Magnitude">The greatest absolute value among those expected.</param>
internal readonly record struct Nearness(double Difference, double Magnitude)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Difference:0.0e+0} of logits up to {Magnitude:0.0}");
}
