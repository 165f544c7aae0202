using Deit.Tests.Support;
using Deit.Tests.Training;

namespace Deit.Tests.Cli;

[Collection(GlobalGenerator.Name)]
public sealed class ReplayCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_step_that_failed_is_repeated_and_passed_over()
    {
        string recipe = _folder.File("recipe.yaml"), run = _folder.File("run");
        File.WriteAllText(recipe, """
            name: failing
            data: { dataset: digits, image_size: 32 }
            student: { model: regnety_digits, epochs: 1, batch_size: 512, warmup_epochs: 0 }
            """);

        CommandHost.Result failed = CommandHost.Run("train", recipe, "--output", run, "--device", "cpu", "--set", "student.explosion_factor=1e-9");
        CommandHost.Result replayed = CommandHost.Run("replay", run);
        CommandHost.Result resumed = CommandHost.Run(
            "train", recipe, "--output", run, "--device", "cpu", "--resume", "--set", "student.explosion_factor=0", "--set", "student.on_nonfinite=skip");

        Assert.Equal((1, 0, 0), (failed.ExitCode, replayed.ExitCode, resumed.ExitCode));
        Assert.Contains("resume with --set student.on_nonfinite=skip (or rollback)", failed.ErrorLine, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^  then: Every layer's output was finite; that of \S+ \(.*\) grew the most\.$", replayed.Output);
        Assert.Matches(@"(?m)^  now:  The loss has exploded to \d\.\d+\. Every layer's output is finite; that of \S+ \(.*\) grows the most\.$", replayed.Output);
    }
}
