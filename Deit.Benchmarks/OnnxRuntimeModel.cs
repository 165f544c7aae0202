using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Benchmarks;

/// <summary>A model in ONNX Runtime with the weights of a generated one, as a good user runs it: inputs and outputs are not copied.</summary>
internal sealed class OnnxRuntimeModel : IDisposable
{
    private const double Tolerance = 1e-3;

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue _input;
    private readonly string[] _outputs = ["logits"];

    /// <summary>Exports the model and loads the file.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">Its input, float32, shape (batch, channels, height, width).</param>
    public OnnxRuntimeModel(IVisionModel model, Tensor images)
    {
        string folder = Directory.CreateTempSubdirectory("deit-onnx-").FullName;
        try
        {
            string path = Path.Combine(folder, "model.onnx");
            model.ExportOnnx(path);
            using var options = new SessionOptions { IntraOpNumThreads = get_num_threads() };
            _session = new(path, options);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        _input = OrtValue.CreateTensorValueFromMemory(images.data<float>().ToArray(), images.shape);
    }

    /// <summary>ONNX Runtime and its version.</summary>
    public static string Name => $"ONNX Runtime {OrtEnv.Instance().GetVersionString()}";

    /// <summary>Runs the model once.</summary>
    public void Run() => Answer().Dispose();

    /// <summary>Makes sure that it computes what the generated model does, so that comparing their times is honest.</summary>
    /// <param name="logits">The generated model's, shape (batch, classes).</param>
    /// <exception cref="DeitException">They differ.</exception>
    public void RequireSame(Tensor logits)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposableReadOnlyCollection<OrtValue> outputs = Answer();
        Tensor answer = tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), device: CPU).view(logits.shape);
        float difference = ((answer - logits).norm() / logits.norm()).item<float>();
        if (!(difference <= Tolerance)) throw new DeitException(FormattableString.Invariant($"ONNX Runtime's logits differ by {difference:E1} of their norm; find out why before timing it."));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _input.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Answer() => _session.Run(_options, ["images"], [_input], _outputs);
}
