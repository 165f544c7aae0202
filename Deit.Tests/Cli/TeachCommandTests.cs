using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;

namespace Deit.Tests.Cli;

[Collection(GlobalGenerator.Name)]
public sealed class TeachCommandTests : IDisposable
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("DEIT_LONG") == "1";
    private static readonly int Kills = Long ? 20 : 3;

    private readonly TemporaryFolder _folder = new();
    private readonly string _recipe;

    public TeachCommandTests()
    {
        _recipe = _folder.File("recipe.yaml");
        File.WriteAllText(_recipe, """
            name: taught
            data: { dataset: digits, image_size: 32 }
            augmentation: { crop: padded, random_erasing: 0.25 }
            teacher: { model: regnety_digits, epochs: 1, batch_size: 64, drop_path: 0.1, warmup_epochs: 0 }
            student: { model: deit_digits_distilled, epochs: 2, batch_size: 64, drop_path: 0.1, warmup_epochs: 0, mixup: 0.8, cutmix: 1 }
            distillation: { type: hard }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Answers_are_stored_and_a_student_trained_by_them_is_the_same_to_the_byte()
    {
        string answers = _folder.File("answers"), with = _folder.File("with"), without = _folder.File("without");

        CommandHost.Result taught = CommandHost.Run("teach", _recipe, "--output", answers, "--device", "cpu");
        CommandHost.Result again = CommandHost.Run("teach", _recipe, "--output", answers, "--device", "cpu");
        CommandHost.Result trained = CommandHost.Run("train", _recipe, "--output", with, "--set", $"distillation.cache={answers}", "--device", "cpu");
        CommandHost.Result alone = CommandHost.Run("train", _recipe, "--output", without, "--device", "cpu");

        Assert.Equal(("", "", "", ""), (taught.Error, again.Error, trained.Error, alone.Error));
        Assert.Contains($"taught: writing answers to {answers}", taught.Output, StringComparison.Ordinal);
        Assert.Contains("answers of regnety_digits: 2 epochs of 22 batches", taught.Output, StringComparison.Ordinal);
        Assert.Contains("answers  epoch 2/2", taught.Output, StringComparison.Ordinal);
        Assert.Contains("answers to 2 epochs, 2 of them new", taught.Output, StringComparison.Ordinal);
        Assert.Contains($"train by them: deit train {_recipe} --set distillation.cache={answers}", taught.Output, StringComparison.Ordinal);
        Assert.Contains("answers to 2 epochs, 0 of them new", again.Output, StringComparison.Ordinal);
        Assert.Contains("teacher: regnety_digits", taught.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("teacher: regnety_digits", trained.Output, StringComparison.Ordinal);
        AssertSame(without, with);
    }

    [Fact]
    public void The_command_that_is_named_trains_by_the_answers_with_the_settings_that_were_given()
    {
        string answers = _folder.File("answers");
        string[] settings = ["--set", "student.epochs=1", "--set", "student.cutmix_minmax=[0.2, 0.8]"];

        CommandHost.Result taught = CommandHost.Run(["teach", _recipe, "--output", answers, .. settings]);
        CommandHost.Result trained = CommandHost.Run(["train", _recipe, .. settings, "--set", $"distillation.cache={answers}", "--output", _folder.File("run")]);
        CommandHost.Result inRecipe = CommandHost.Run(["teach", _recipe, .. settings, "--set", $"distillation.cache={answers}"]);

        string named = $"deit train {_recipe} --set student.epochs=1 --set \"student.cutmix_minmax=[0.2, 0.8]\" --set distillation.cache={answers}{Environment.NewLine}";
        Assert.EndsWith(named, taught.Output, StringComparison.Ordinal);
        Assert.EndsWith(named, inRecipe.Output, StringComparison.Ordinal);
        Assert.Equal("", trained.Error);
    }

    [Fact]
    public void Answers_to_something_else_are_refused_in_one_line()
    {
        string answers = _folder.File("answers");
        CommandHost.Run("teach", _recipe, "--output", answers, "--set", "student.epochs=1");

        CommandHost.Result result = CommandHost.Run("train", _recipe, "--output", _folder.File("run"), "--set", $"distillation.cache={answers}", "--set", "student.mixup=0.2");
        CommandHost.Result fewer = CommandHost.Run("train", _recipe, "--output", _folder.File("run"), "--set", $"distillation.cache={answers}");

        Assert.Equal((1, 1), (result.ExitCode, fewer.ExitCode));
        Assert.Contains("are to something else: student.mixup (0.8 there, 0.2 now).", result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("lack epoch 2; 2 are needed", fewer.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_folder_for_the_answers_the_command_line_is_to_be_changed()
    {
        CommandHost.Result result = CommandHost.Run("teach", _recipe);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Name a folder with --output, or state distillation.cache", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_refuses_is_one_error_and_the_answers_before_it_stay()
    {
        string answers = _folder.File("answers");
        CommandHost.Run("teach", _recipe, "--output", answers, "--set", "student.epochs=1");
        byte[] before = File.ReadAllBytes(Path.Combine(answers, "epoch-00001.answers"));
        Directory.CreateDirectory(Path.Combine(answers, "epoch-00002.answers"));

        CommandHost.Result result = CommandHost.Run("teach", _recipe, "--output", answers);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("epoch-00002.answers' could not be written, and what was there before is unchanged", result.ErrorLine, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(answers, "epoch-00001.answers")));
        Assert.Empty(Directory.GetFiles(answers, "*.tmp"));
    }

    [Fact]
    public void Teaching_that_was_killed_at_random_moments_ends_with_the_answers_of_one_that_was_not()
    {
        string whole = _folder.File("whole"), killed = _folder.File("killed");
        DeitProcess.Run("teach", _recipe, "--output", whole, "--device", "cpu");
        var random = new Random(3);
        for (int kills = 0; kills < Kills; kills++)
        {
            using DeitProcess process = DeitProcess.Start("teach", _recipe, "--output", killed, "--device", "cpu");
            if (!process.WaitForExit(random.NextDouble() * TimeSpan.FromSeconds(6))) process.Kill();
        }

        DeitProcess.Run("teach", _recipe, "--output", killed, "--device", "cpu");

        string[] files = ["epoch-00001.answers", "epoch-00002.answers", "key.json"];
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(whole, file)), File.ReadAllBytes(Path.Combine(killed, file))));
    }

    private static void AssertSame(string expected, string actual)
    {
        foreach (string file in (string[])["model.safetensors", "optimizer.safetensors", "state.json"])
        {
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(RunFolder.Open(expected).LastCheckpoint, file)), File.ReadAllBytes(Path.Combine(RunFolder.Open(actual).LastCheckpoint, file)));
        }
    }
}
