using System.Text.Json;
using Deit.Checkpoints;
using Deit.Cli.Specs;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>The small distilled transformer of the reference checkpoints, and what it answers (Reference/checkpoints/expected.json).</summary>
internal static class ReferenceStudent
{
    /// <summary>Its declaration.</summary>
    public const string Spec = """
        name: reference_student
        family: vision_transformer
        distilled: true
        image_size: 32
        patch_size: 8
        embed_dim: 48
        depth: 2
        heads: 3
        classes: 10
        """;

    private const double LogitTolerance = 5e-5;

    // Beside the repository, where the reference is there.
    private static readonly string Folder = Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "reference", "checkpoints"));

    private static readonly Lazy<RegisteredModelAttribute> Registered = new(Compile);

    /// <summary>What PyTorch recorded of it.</summary>
    public static JsonElement Expected { get; } = ReferenceFile.Read("checkpoints/expected.json");

    /// <summary>The path of one of the checkpoints themselves; skips the test where the reference is not there.</summary>
    public static string Find(string file)
    {
        Skip.IfNot(Directory.Exists(Folder), $"The reference checkpoints are not at '{Folder}'.");
        return Path.Combine(Folder, file);
    }

    /// <summary>Makes the model.</summary>
    public static DistilledClassifier Make()
    {
        var model = (DistilledClassifier)Registered.Value.Create();
        model.eval();
        return model;
    }

    /// <summary>The weights of the checkpoints, by name, in their order.</summary>
    public static Dictionary<string, Tensor> State() => Expected.GetProperty("keys").EnumerateObject()
        .ToDictionary(static entry => entry.Name, static entry => HashFill.Entry(entry.Name, entry.Value.Longs()));

    /// <summary>Loads a file into a new model and compares its answers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="logits">Under which name they are recorded.</param>
    /// <param name="options">What need not fit.</param>
    /// <param name="device">Where it answers; null is the CPU.</param>
    public static WeightsReport AssertAnswers(string path, string logits = "logits", WeightsOptions? options = null, Device? device = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using DistilledClassifier model = Make();
        model.to(device ?? CPU);
        WeightsReport report = Weights.Load(model, path, options);
        double[] expected = Expected.GetProperty(logits).Doubles();
        double[] actual = model.Predict(HashFill.Images(2, 32, 32).to(device ?? CPU)).Values();
        for (int index = 0; index < expected.Length; index++) Assert.Equal(expected[index], actual[index], LogitTolerance);
        return report;
    }

    private static RegisteredModelAttribute Compile()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("reference_student.yaml");
        File.WriteAllText(path, Spec);
        return SpecAssembly.Compile(path);
    }
}
