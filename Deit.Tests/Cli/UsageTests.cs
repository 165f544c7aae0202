using Deit.Tests.Support;

namespace Deit.Tests.Cli;

/// <summary>What is wrong is said in one line that names the nearest right thing; 2 for the command line, 1 for the rest.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("There is no command 'trian'. Did you mean 'train'?", "trian", "x.yaml")]
    [InlineData("There is no option '--jsn'. Did you mean '--json'?", "list", "--jsn")]
    [InlineData("'train' needs a recipe.", "train")]
    [InlineData("'x' is one argument too many.", "list", "x")]
    [InlineData("The option '--output' needs a value.", "train", "x.yaml", "--output")]
    [InlineData("'forward' needs the option '--input'.", "forward", "regnety_002", "--weights", "w", "--output", "o")]
    [InlineData("Which command? Known: train, teach", new string[0])]
    [InlineData("There is no model 'regnety_02'. Did you mean 'regnety_002'?", "describe", "regnety_02")]
    [InlineData("'--resume' continues a run: name its folder with --output.", "train", "specs/recipes/digits-distill.yaml", "--resume")]
    public void A_wrong_command_line_has_exit_code_2(string message, params string[] arguments)
    {
        CommandHost.Result result = CommandHost.Run(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.ErrorLine);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void An_unknown_key_of_set_has_exit_code_2()
    {
        CommandHost.Result result = CommandHost.Run("train", RepositoryRoot.Combine("specs", "recipes", "digits-distill.yaml"), "--set", "student.epoch=3");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Did you mean 'student.epochs'?", result.ErrorLine);
    }

    [Theory]
    [InlineData("missing.yaml", "train", "missing.yaml")]
    [InlineData("missing.safetensors", "forward", "regnety_002", "--weights", "missing.safetensors", "--input", "missing.safetensors", "--output", "o")]
    public void A_missing_file_has_exit_code_1(string file, params string[] arguments)
    {
        CommandHost.Result result = CommandHost.Run(arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(file, result.ErrorLine);
    }

    [Fact]
    public void Verbose_shows_where_an_error_came_from()
    {
        Assert.DoesNotContain("   at ", CommandHost.Run("train", "missing.yaml").Error);
        Assert.Contains("   at Deit.", CommandHost.Run("train", "missing.yaml", "--verbose").Error);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:99")]
    public void A_device_that_is_not_there_is_to_be_changed(string device)
    {
        CommandHost.Result result = CommandHost.Run("train", RepositoryRoot.Combine("specs", "recipes", "digits-distill.yaml"), "--device", device);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(device, result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("--device", result.ErrorLine, StringComparison.Ordinal);
    }
}
