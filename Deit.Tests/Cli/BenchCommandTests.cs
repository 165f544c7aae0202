using System.Text.Json;
using Deit.Models;
using Deit.Tests.Training;

namespace Deit.Tests.Cli;

/// <summary><c>deit bench</c> says what it measured in one shape; what that is depends on the machine, and is no test's business.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class BenchCommandTests
{
    private const string Model = "deit_digits_distilled";
    private const int Batch = 2;
    private const double Tolerance = 1e-9;

    [Fact]
    public void Training_is_measured_on_both_paths()
    {
        JsonElement result = Bench("--train", "--device", "cpu");

        AssertPath(result, "fused", passes: 3);
        AssertPath(result, "reference", passes: 3);
    }

    [Fact]
    public void Inference_is_measured_on_the_paths_that_there_are()
    {
        JsonElement result = Bench();

        if (result.GetProperty("fused").ValueKind != JsonValueKind.Null) AssertPath(result, "fused", passes: 1);
        AssertPath(result, "reference", passes: 1);
    }

    [Theory]
    [InlineData("'--batch' must be at least 1.", Model, "--batch", "0")]
    [InlineData("'--rounds' must be at least 1.", Model, "--rounds", "0")]
    [InlineData("'--threads' must be at least 1.", Model, "--threads", "0")]
    [InlineData("'--drop-path' must be at least 0 and less than 1.", Model, "--drop-path", "1")]
    [InlineData("many", Model, "--batch", "many")]
    [InlineData("--device: 'gpu' is no device", Model, "--device", "gpu")]
    [InlineData("'bench' needs a model.")]
    [InlineData("Did you mean 'deit_digits_distilled'?", "deit_digits_destilled")]
    public void A_wrong_command_line_has_exit_code_2(string message, params string[] arguments)
    {
        CommandHost.Result result = CommandHost.Run(["bench", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.ErrorLine);
        Assert.Empty(result.Output);
    }

    private static JsonElement Bench(params string[] more)
    {
        CommandHost.Result result = CommandHost.Run(["bench", Model, "--batch", $"{Batch}", "--rounds", "1", "--threads", "1", "--json", .. more]);

        Assert.Equal("", result.Error);
        Assert.Equal(["model", "batch", "threads", "sgemmGflops", "fused", "reference"], result.Json.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(Model, result.Json.GetProperty("model").GetString());
        Assert.Equal(Batch, result.Json.GetProperty("batch").GetInt32());
        Assert.Equal(1, result.Json.GetProperty("threads").GetInt32());
        return result.Json;
    }

    /// <summary>The figures of a path follow from its time: images, and the nominal work against the machine's rate.</summary>
    private static void AssertPath(JsonElement result, string name, int passes)
    {
        JsonElement path = result.GetProperty(name);
        Assert.Equal(["imagesPerSecond", "milliseconds", "shareOfSgemm", "peakMegabytes"], path.EnumerateObject().Select(static property => property.Name));
        double milliseconds = path.GetProperty("milliseconds").GetDouble();
        double gigaflops = passes * 2.0 * DeitDigitsDistilled.Description.Macs * Batch / milliseconds / 1e6;
        Assert.Equal(Batch * 1000 / milliseconds, path.GetProperty("imagesPerSecond").GetDouble(), Batch * 1000 / milliseconds * Tolerance);
        Assert.Equal(gigaflops / result.GetProperty("sgemmGflops").GetDouble(), path.GetProperty("shareOfSgemm").GetDouble(), Tolerance);
        Assert.True(path.GetProperty("peakMegabytes").GetDouble() > 0);
    }
}
