using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Deit.Tests.Onnx;

/// <summary>A model in ONNX Runtime, which checks the file as it loads it; what it warns of is an error.</summary>
internal sealed class OnnxSession : IDisposable
{
    // ONNX Runtime keeps the function as long as the process lives.
    private static readonly DOrtLoggingFunction Log = Note;
    private static readonly ConcurrentDictionary<string, ConcurrentBag<string>> Warnings = new();

    private readonly InferenceSession _session;

    static OnnxSession()
    {
        var options = new EnvironmentCreationOptions { logId = "Deit.Tests", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, loggingFunction = Log };
        OrtEnv.CreateInstanceWithOptions(ref options);
    }

    public OnnxSession(string path)
    {
        string id = path.Replace('\\', '/');
        Warnings[id] = [];
        using var options = new SessionOptions { LogId = id, IntraOpNumThreads = 1 };

        // Shapes that ONNX Runtime infers must be those that the file states.
        options.AddSessionConfigEntry("session.strict_shape_type_inference", "1");
        _session = new(path, options);
        Assert.Empty(Warnings[id]);
    }

    public IReadOnlyDictionary<string, string> Metadata => _session.ModelMetadata.CustomMetadataMap;

    public string[] Outputs => [.. _session.OutputMetadata.Keys];

    /// <summary>Runs the model; the caller, or the current dispose scope, owns the tensors.</summary>
    /// <param name="images">Shape (batch, channels, height, width).</param>
    public Dictionary<string, Tensor> Run(Tensor images)
    {
        float[] pixels = images.contiguous().data<float>().ToArray();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, images.shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(options, ["images"], [input], Outputs);
        return Outputs.Zip(outputs).ToDictionary(
            static pair => pair.First,
            static pair => tensor(pair.Second.GetTensorDataAsSpan<float>().ToArray(), pair.Second.GetTensorTypeAndShape().Shape, dtype: ScalarType.Float32, device: CPU));
    }

    public void Dispose() => _session.Dispose();

    private static void Note(nint parameter, OrtLoggingLevel severity, string category, string logId, string codeLocation, string message)
    {
        if (Warnings.TryGetValue(logId, out ConcurrentBag<string>? warnings)) warnings.Add($"{severity} {message}");
    }
}
