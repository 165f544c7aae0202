using Deit.Testing;
using Deit.Tests.Support;

namespace Deit.Tests.Testing;

public sealed class TestPlaceTests : IDisposable
{
    private readonly TemporaryFolder _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void File_that_exists_is_where_the_compiler_says()
    {
        string file = Touch("tests", "My.Tests", "StudentTests.cs");

        Assert.Equal(new TestPlace(Path.GetDirectoryName(file)!, "StudentTests"), TestPlace.Find(file, []));
    }

    [Theory]
    [InlineData("/_/tests/My.Tests/Models/StudentTests.cs")]
    [InlineData(@"/_/tests\My.Tests\Models\StudentTests.cs")]
    public void File_of_a_deterministic_build_is_found_below_its_project_and_no_other(string mapped)
    {
        string file = Touch("tests", "My.Tests", "Models", "StudentTests.cs");
        Touch("tests", "Other.Tests", "Models", "StudentTests.cs");
        string[] projects = [Combine("tests", "Other.Tests"), Combine("tests", "My.Tests")];

        Assert.Equal(Path.GetDirectoryName(file), TestPlace.Find(mapped, projects).Folder);
    }

    [Fact]
    public void File_of_a_project_in_the_repositorys_own_folder_is_found()
    {
        string file = Touch("Models", "StudentTests.cs");

        Assert.Equal(Path.GetDirectoryName(file), TestPlace.Find("/_/Models/StudentTests.cs", [_repository.Path]).Folder);
    }

    [Fact]
    public void File_that_is_nowhere_fails_and_names_it()
    {
        SnapshotException exception = Assert.Throws<SnapshotException>(() => TestPlace.Find("/_/My.Tests/StudentTests.cs", [_repository.Path]));

        Assert.Contains("'/_/My.Tests/StudentTests.cs' was not found", exception.Message, StringComparison.Ordinal);
    }

    private string Combine(params string[] parts) => Path.Combine([_repository.Path, .. parts]);

    private string Touch(params string[] parts)
    {
        string file = Combine(parts);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        return file;
    }
}
