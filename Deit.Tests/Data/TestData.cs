using Deit.Tests.Support;

namespace Deit.Tests.Data;

/// <summary>Data that is too large for the repository: in the folder that DEIT_TEST_DATA names, or in <c>shared/data</c> beside it.</summary>
internal static class TestData
{
    /// <summary>The path of a file; skips the test where it is not there.</summary>
    public static string Require(string name)
    {
        string folder = Environment.GetEnvironmentVariable("DEIT_TEST_DATA") ?? Path.Combine(RepositoryRoot.Directory, "..", "shared", "data");
        string path = Path.GetFullPath(Path.Combine(folder, name));
        Skip.IfNot(File.Exists(path), $"There is no '{path}'; DEIT_TEST_DATA names the folder of such files.");
        return path;
    }
}
