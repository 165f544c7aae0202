using Deit.Cli.Specs;
using Deit.Tests.Support;

namespace Deit.Tests.Finetuning;

/// <summary>Models compiled from a few lines of YAML, for sizes that the zoo does not have.</summary>
internal static class SpecModel
{
    private static int _count;

    /// <summary>The model that a spec declares.</summary>
    /// <param name="folder">Where the spec is written.</param>
    /// <param name="keys">Its keys but the name, a line each.</param>
    public static RegisteredModelAttribute Compile(TemporaryFolder folder, params string[] keys) => SpecAssembly.Compile(Write(folder, keys));

    /// <summary>The file of a spec.</summary>
    public static string Write(TemporaryFolder folder, params string[] keys)
    {
        string name = $"spec_{Interlocked.Increment(ref _count)}";
        string path = folder.File($"{name}.yaml");
        File.WriteAllText(path, string.Join('\n', [$"name: {name}", .. keys, ""]));
        return path;
    }
}
