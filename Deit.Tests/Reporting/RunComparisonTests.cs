using Deit.Reporting;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Reporting;

public sealed class RunComparisonTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Runs_are_told_apart_by_what_their_recipes_differ_in()
    {
        WrittenRun.Make(_temporary.File("plain"), "student.lr=1e-3");
        WrittenRun.Make(_temporary.File("hot"), "student.lr=1e-2", "student.clip_grad=1", "name=other");

        RunComparison comparison = RunComparison.Of([_temporary.File("plain"), _temporary.File("hot")]);

        Assert.Equal(["student.lr", "student.clip_grad"], comparison.Differences.Select(static difference => difference.Key));
        Assert.Equal(["0.001", "0.01"], comparison.Differences[0].Values.AsEnumerable());
    }

    [Fact]
    public void A_key_that_a_recipe_has_not_has_no_value()
    {
        WrittenRun.Make(_temporary.File("alone"), "student.mixup=0");
        WrittenRun.Make(_temporary.File("taught"), "teacher.model=regnety_digits", "student.mixup=0");

        RunComparison comparison = RunComparison.Of([_temporary.File("alone"), _temporary.File("taught")]);

        Assert.Equal([null, "regnety_digits"], comparison.Differences.Single(static difference => difference.Key == "teacher.model").Values.AsEnumerable());
    }

    [Fact]
    public void A_run_has_the_numbers_of_its_last_and_its_best_epoch()
    {
        string folder = _temporary.File("run");
        WrittenRun.Make(folder, "student.epochs=3");
        WrittenRun.AddEpochs(folder, 0.5, 0.75, 0.625);

        ComparedRun run = Assert.Single(RunComparison.Of([folder]).Runs);

        Assert.Equal((0.625, 2, 0.75), (run.Top1, run.BestEpoch, run.BestTop1));
        Assert.Equal((3, "run", "unfinished: 3 of 3 epochs", false), (run.Epochs, run.Name, run.State, run.IsFinished));
        Assert.Equal((100.0, 30.0), (run.ImagesPerSecond!.Value, run.Seconds));
    }

    [Fact]
    public void Runs_of_one_name_are_called_by_their_paths()
    {
        (string one, string other) = (_temporary.File("a/run"), _temporary.File("b/run"));
        WrittenRun.Make(one);
        WrittenRun.Make(other);

        Assert.Equal([one, other], RunComparison.Of([one, other]).Runs.Select(static run => run.Name));
    }

    [Fact]
    public void The_page_draws_every_run()
    {
        string[] folders = [_temporary.File("one"), _temporary.File("two"), _temporary.File("not-begun")];
        foreach (string folder in folders) WrittenRun.Make(folder);
        WrittenRun.AddEpochs(folders[0], 0.5, 0.6);
        WrittenRun.AddEpochs(folders[1], 0.4);
        string page = _temporary.File("compare.html");

        RunComparison.Of(folders).WritePage(page);

        string html = File.ReadAllText(page);
        Assert.Contains("3 runs side by side", html);
        Assert.Contains("<td class=\"n best\">60.00 %</td>", html);
        Assert.Contains("All recipes are the same.", html);
        Assert.Equal(2, html.Split("<g class=\"point\">").Length - 1);
    }
}
