using System.Text.Json;
using Deit.Tests.Reporting;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Runs_are_printed_with_their_numbers_and_differences()
    {
        (string one, string other) = Two();

        CommandHost.Result result = CommandHost.Run("compare", one, other);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("one", result.Output);
        Assert.Contains("unfinished: 2 of 5 epochs", result.Output);
        Assert.Contains("60.00 %", result.Output);
        Assert.Contains("student.lr", result.Output);
    }

    [Fact]
    public void As_JSON_they_are_fractions_and_nulls()
    {
        (string one, string other) = Two();
        string page = _temporary.File("compare.html");

        JsonElement json = CommandHost.Run("compare", one, other, "--json", "--output", page).Json;

        JsonElement run = json.GetProperty("runs")[0];
        Assert.Equal((0.6, false), (run.GetProperty("top1").GetDouble(), run.GetProperty("isFinished").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, run.GetProperty("emaTop1").ValueKind);
        Assert.Equal("student.lr", json.GetProperty("differences")[0].GetProperty("key").GetString());
        Assert.True(File.Exists(page));
    }

    [Fact]
    public void A_folder_that_is_no_run_says_what_it_is()
    {
        Two();
        Directory.CreateDirectory(_temporary.File("empty"));

        Assert.Contains("there is no such folder", Refused(_temporary.File("missing")));
        Assert.Contains("it has no recipe.yaml", Refused(_temporary.File("empty")));
        Assert.Contains($"it holds runs; name one of them, such as '{_temporary.File("two")}'", Refused(_temporary.Path));
        Assert.Equal(2, CommandHost.Run("compare").ExitCode);
    }

    private static string Refused(string folder)
    {
        CommandHost.Result result = CommandHost.Run("compare", folder);
        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        return result.ErrorLine;
    }

    private (string One, string Other) Two()
    {
        (string one, string other) = (_temporary.File("one"), _temporary.File("two"));
        WrittenRun.Make(one, "student.lr=1e-3");
        WrittenRun.Make(other, "student.lr=1e-2");
        WrittenRun.AddEpochs(one, 0.5, 0.6);
        return (one, other);
    }
}
