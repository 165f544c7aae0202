using Deit.Tests.Support;

namespace Deit.Tests.Operators;

/// <summary>No code of the project, none of its samples and none that is generated makes a tensor without saying on which device.</summary>
public sealed class FactoryCallTests
{
    [Fact]
    public void Every_factory_call_of_the_project_names_its_device()
    {
        string root = RepositoryRoot.Combine();
        (string, string)[] files = [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path))
            .Where(static path => !path.Split(Path.DirectorySeparatorChar).Any(static folder => folder is "obj" or "bin" or "artifacts"))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, File.ReadAllText(Path.Combine(root, path))))];

        Assert.Contains(files, static file => file.Item1.EndsWith(".verified.cs", StringComparison.Ordinal));
        Assert.Contains(files, static file => file.Item1.StartsWith("samples", StringComparison.Ordinal));
        IReadOnlyList<string> found = FactoryCalls.WithoutDevice(files);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [InlineData("zeros([2, 3])")]
    [InlineData("zeros(2, 3)")]
    [InlineData("torch.ones([2], dtype: ScalarType.Float64)")]
    [InlineData("TorchSharp.torch.rand([2])")]
    [InlineData("tensor(new float[] { 1, 2 })")]
    [InlineData("tensor(2)")]
    [InlineData("arange(3, device: null)")]
    [InlineData("linspace(0, 1, 5)")]
    [InlineData("eye(3)")]
    [InlineData("randn([2]).to(place)")]
    [InlineData("full([2], 1.5)")]
    [InlineData("randint(5, [2])")]
    [InlineData("empty([2]).fill_(1)")]
    [InlineData("zeros_like(other)")]
    [InlineData("from_array(new float[] { 1, 2 })")]
    public void A_call_that_names_none_is_found(string call) => Assert.Equal([$"Planted.cs(4): {Factory(call)}"], FactoryCalls.WithoutDevice([("Planted.cs", Planted(call))]));

    [Theory]
    [InlineData("zeros([2, 3], device: place)")]
    [InlineData("zeros([2, 3], ScalarType.Float32, place)")]
    [InlineData("torch.ones(new long[] { 2 }, device: CPU)")]
    [InlineData("tensor(2, ScalarType.Float32, place)")]
    [InlineData("other.new_zeros(2)")]
    [InlineData("Mine.zeros(2)")]
    public void A_call_that_names_one_and_a_method_that_is_not_torch_s_are_not(string call) =>
        Assert.Empty(FactoryCalls.WithoutDevice([("Planted.cs", Planted(call))]));

    private static string Factory(string call) => call.Split(").")[0] is { Length: > 0 } first && first.Length < call.Length ? first + ")" : call;

    private static string Planted(string call) => $$"""
        using TorchSharp;
        using static TorchSharp.torch;
        internal static class Mine { public static Tensor zeros(int size) => ones([size], device: CPU); }
        internal static class Planted { public static Tensor Make(Device place, Tensor other) => {{call}}; }
        """;
}
