using Deit.Testing;
using Deit.Tests.Support;

namespace Deit.Tests.Testing;

public sealed class SnapshotMatchTests : IDisposable
{
    private const string Hint = "Sample.Student.g.cs";
    private const string Verified = "StudentTests.Student#Sample.Student.g.verified.cs";
    private const string Received = "StudentTests.Student#Sample.Student.g.received.cs";
    private const string Header = "//HintName: Sample.Student.g.cs\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("one\ntwo\n")]
    [InlineData("one\r\ntwo\r\n")]
    public void Approved_text_passes_with_either_line_end_and_leaves_no_received_file(string approved)
    {
        Write(Verified, Header + approved);
        Write(Received, "of an earlier run");

        Match("one\ntwo\n");

        Assert.Equal([Verified], _folder.FileNames());
    }

    [Fact]
    public void Difference_is_shown_with_two_lines_around_and_the_received_file_left_to_be_compared()
    {
        Write(Verified, Header + "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n");

        SnapshotException exception = Assert.Throws<SnapshotException>(() => Match("one\ntwo\nthree\nFOUR\nfive\nsix\nseven\neight\nnine\nten\n"));

        Assert.Equal(
            $"""
            {Verified} differs (- approved, + generated):
            line 3:
              two
              three
            - four
            + FOUR
              five
              six
            In '{_folder.Path}'. Accept with: UPDATE_SNAPSHOTS=1 dotnet test
            """.ReplaceLineEndings("\n"),
            exception.Message);
        Assert.Equal(Header + "one\ntwo\nthree\nFOUR\nfive\nsix\nseven\neight\nnine\nten\n", Read(Received));
    }

    [Fact]
    public void Difference_of_white_space_alone_is_shown_too()
    {
        Write(Verified, Header + "if (a)\n    b();\n");

        SnapshotException exception = Assert.Throws<SnapshotException>(() => Match("if (a)\n  b();\n"));

        Assert.Contains("-     b();\n+   b();\n", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_difference_is_cut_and_says_so()
    {
        Write(Verified, Header);

        SnapshotException exception = Assert.Throws<SnapshotException>(() => Match(string.Concat(Enumerable.Range(0, 1000).Select(static i => $"line {i}\n"))));

        Assert.InRange(exception.Message.Split('\n').Length, 100, 130);
        Assert.Matches("and [0-9]+ lines more", exception.Message);
    }

    [Fact]
    public void Missing_approval_fails_and_names_the_file_to_read()
    {
        SnapshotException exception = Assert.Throws<SnapshotException>(() => Match("one\n"));

        Assert.StartsWith($"{Verified} does not exist yet: read {Received}", exception.Message, StringComparison.Ordinal);
        Assert.Equal([Received], _folder.FileNames());
    }

    [Fact]
    public void Approved_file_that_is_not_generated_any_more_fails_and_is_deleted_when_accepting()
    {
        const string outdated = "StudentTests.Student#Sample.Renamed.g.verified.cs";
        const string ofAnotherTest = "StudentTests.Student_of_two#Sample.Student.g.verified.cs";
        Write(Verified, Header + "one\n");
        Write(outdated, "");
        Write(ofAnotherTest, "");

        SnapshotException exception = Assert.Throws<SnapshotException>(() => Match("one\n"));
        Assert.StartsWith($"{outdated} is not generated any more.", exception.Message, StringComparison.Ordinal);

        Match("one\n", SnapshotMode.Accept);
        Assert.Equal([Verified, ofAnotherTest], _folder.FileNames());
    }

    [Fact]
    public void Accepting_writes_what_then_passes()
    {
        Write(Verified, Header + "old\n");
        Write(Received, "of an earlier run");

        Match("new\r\n", SnapshotMode.Accept);

        Assert.Equal(Header + "new\n", Read(Verified));
        Assert.Equal([Verified], _folder.FileNames());
        Match("new\n");
    }

    [Fact]
    public void Accepting_is_refused_under_continuous_integration_and_changes_nothing()
    {
        Write(Verified, Header + "old\n");

        Assert.Throws<SnapshotException>(() => Match("new\n", SnapshotMode.RefuseToAccept));

        Assert.Equal(Header + "old\n", Read(Verified));
        Assert.Equal([Verified], _folder.FileNames());
    }

    [Theory]
    [InlineData(null, null, SnapshotMode.Compare)]
    [InlineData("0", null, SnapshotMode.Compare)]
    [InlineData(null, "true", SnapshotMode.Compare)]
    [InlineData("1", null, SnapshotMode.Accept)]
    [InlineData("1", "false", SnapshotMode.Accept)]
    [InlineData("1", "true", SnapshotMode.RefuseToAccept)]
    [InlineData("1", "True", SnapshotMode.RefuseToAccept)]
    public void Environment_decides(string? updateSnapshots, string? continuousIntegration, object mode) =>
        Assert.Equal(mode, SnapshotModes.Of(updateSnapshots, continuousIntegration));

    private void Match(string text, SnapshotMode mode = SnapshotMode.Compare) =>
        Snapshot.Match(new Dictionary<string, string> { [Hint] = text }, _folder.Path, "StudentTests", "Student", mode);

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);

    private string Read(string name) => File.ReadAllText(_folder.File(name));
}
