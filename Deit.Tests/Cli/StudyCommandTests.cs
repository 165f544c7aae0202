using System.Text.Json;
using Deit.Tests.Support;
using Deit.Tests.Training;

namespace Deit.Tests.Cli;

[Collection(GlobalGenerator.Name)]
public sealed class StudyCommandTests : IDisposable
{
    private const string Text = """
        study: digits
        base: {student: {epochs: 1, batch_size: 256, warmup_epochs: 0}}
        arms:
          - {name: convnet, recipe: {student: {model: regnety_digits}}}
          - {name: taught, teacher: convnet, recipe: {student: {model: deit_digits_distilled}, distillation: {type: hard}}}
        """;

    private readonly TemporaryFolder _temporary = new();
    private readonly string _study;

    public StudyCommandTests()
    {
        _study = _temporary.File("digits.yaml");
        File.WriteAllText(_study, Text);
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_study_is_trained_arm_by_arm_and_goes_on_where_it_was()
    {
        string folder = _temporary.File("run");

        CommandHost.Result first = CommandHost.Run("study", _study, "--run", folder, "--only", "convnet");
        CommandHost.Result second = CommandHost.Run("study", _study, "--run", folder);

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Equal((0, ""), (second.ExitCode, second.Error));
        Assert.Contains("run 1 of 1: convnet", first.Output);
        Assert.DoesNotContain("run 1 of 2", second.Output);
        Assert.Contains("run 2 of 2: taught, taught by convnet", second.Output);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "study.json"))).RootElement;
        Assert.True(json.GetProperty("isFinished").GetBoolean());
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));
        Assert.True(File.Exists(Path.Combine(folder, "arms", "taught", "seed-0", "report.html")));
    }

    [Fact]
    public void An_arm_that_fails_is_named_at_the_end_and_the_others_are_trained()
    {
        File.WriteAllText(_study, """
            study: digits
            base: {student: {epochs: 1, batch_size: 256, warmup_epochs: 0}}
            arms:
              - {name: hot, recipe: {student: {model: regnety_digits, lr: 1e30}}}
              - {name: taught, teacher: hot, recipe: {student: {model: deit_digits_distilled}, distillation: {type: hard}}}
              - {name: convnet, recipe: {student: {model: regnety_digits}}}
            """);
        string folder = _temporary.File("run");

        CommandHost.Result result = CommandHost.Run("study", _study, "--run", folder);
        CommandHost.Result other = CommandHost.Run("study", _study, "--run", folder, "--only", "convnet");

        Assert.Equal((1, "deit: Arms that are not finished, for the reasons above: hot, taught. The same command tries them again."), (result.ExitCode, result.ErrorLine));
        Assert.Contains("warning: hot: The loss ", result.Output);
        Assert.Contains("warning: taught: It was not begun: its teacher, 'hot', is not trained.", result.Output);
        Assert.Contains("run 3 of 3: convnet", result.Output);
        Assert.Contains("not finished: hot, seed 0: The loss ", result.Output);

        // They are not what this command is about.
        Assert.Equal((0, ""), (other.ExitCode, other.Error));
        Assert.Contains("not finished: hot, seed 0: The loss ", other.Output);
    }

    [Fact]
    public void An_arm_may_name_a_model_by_its_file()
    {
        File.WriteAllText(_temporary.File("narrow.yaml"), "family: regnet\nname: narrow\nclass: Narrow\nimage_size: 32\nstem_width: 8\ndepths: [1]\nwidths: [16]\ngroup_width: 8\nclasses: 10\n");
        File.WriteAllText(_study, Text.Replace("regnety_digits", _temporary.File("narrow.yaml"), StringComparison.Ordinal));
        string folder = _temporary.File("run");

        CommandHost.Result result = CommandHost.Run("study", _study, "--run", folder);
        CommandHost.Result again = CommandHost.Run("study", _study, "--run", folder);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal((0, ""), (again.ExitCode, again.Error));
        JsonElement arms = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "study.json"))).RootElement.GetProperty("arms");
        Assert.Equal("narrow", arms[0].GetProperty("model").GetString());
        Assert.True(arms[1].GetProperty("isFinished").GetBoolean());

        File.WriteAllText(_temporary.File("narrow.yaml"), File.ReadAllText(_temporary.File("narrow.yaml")).Replace("widths: [16]", "widths: [24]", StringComparison.Ordinal));
        CommandHost.Result changed = CommandHost.Run("study", _study, "--run", folder);
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("began with another model 'narrow': widths ([16] there, [24] now)", changed.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_is_said_in_a_line_and_nothing_is_begun()
    {
        string folder = _temporary.File("run");
        File.WriteAllText(_study, Text.Replace("teacher: convnet", "teacher: convent", StringComparison.Ordinal));

        CommandHost.Result wrong = CommandHost.Run("study", _study, "--run", folder);

        Assert.Equal(1, wrong.ExitCode);
        Assert.Equal($"{_study}(5,29): error DEIT002: teacher: there is no arm 'convent'. Did you mean 'convnet'?", wrong.ErrorLine);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("--only", "taugt", "--only: The study 'digits' has no arm 'taugt'. Did you mean 'taught'?")]
    [InlineData("--only", ",", "--only: ',' names no arm; write --only ARM,ARM")]
    [InlineData("--set", "student.epoch=1", "Did you mean 'student.epochs'?")]
    public void A_wrong_option_is_to_be_changed(string option, string value, string message)
    {
        CommandHost.Result result = CommandHost.Run("study", _study, option, value, "--run", _temporary.File("run"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_is_checked_as_the_build_checks_it()
    {
        Assert.Equal((0, "1 file, 0 errors"), Checked());

        File.WriteAllText(_study, Text.Replace("regnety_digits", "regnety_cifar10_digits", StringComparison.Ordinal));
        Assert.Contains("error DEIT014: there is no model 'regnety_cifar10_digits'", Checked().Output, StringComparison.Ordinal);

        (int, string Output) Checked()
        {
            CommandHost.Result result = CommandHost.Run("check", _study);
            return (result.ExitCode, result.Output.Trim());
        }
    }
}
