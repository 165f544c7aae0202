using Deit.Tests.Reporting;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class ReportCommandTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void The_page_of_an_unfinished_run_is_written_and_what_is_missing_said()
    {
        string run = _temporary.File("run");
        WrittenRun.Make(run);
        WrittenRun.AddEpochs(run, 0.5);

        CommandHost.Result result = CommandHost.Run("report", run);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("no predictions in it: the run has no checkpoint yet.", result.Output);
        Assert.Contains("unfinished: 1 of 5 epochs", File.ReadAllText(Path.Combine(run, "report.html")));
    }

    [Fact]
    public void A_model_that_is_not_known_leaves_the_rest_of_the_page()
    {
        string run = _temporary.File("run");
        WrittenRun.Make(run, "student.model=deit_digits_distiled");

        CommandHost.Result result = CommandHost.Run("report", run, "--output", _temporary.File("page.html"));

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("There is no model 'deit_digits_distiled'. Did you mean 'deit_digits_distilled'?", result.Output);
        Assert.Contains("<section id=\"recipe\"", File.ReadAllText(_temporary.File("page.html")));
    }

    [Fact]
    public void A_folder_that_is_no_run_is_refused()
    {
        CommandHost.Result result = CommandHost.Run("report", _temporary.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not the folder of a run: it has no recipe.yaml.", result.ErrorLine);
    }
}
