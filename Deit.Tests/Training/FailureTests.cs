using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>A loss that stops being a number is looked into, kept, and can be repeated.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class FailureTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Output => _temporary.File("out");

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("teacher.lr=1e30", "teacher/failure")]
    [InlineData("student.lr=1e30", "failure")]
    public void The_first_layer_that_is_not_finite_is_found_and_found_again(string option, string folder)
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, option, "student.warmup_epochs=0");

        var error = Assert.Throws<DeitException>(() => RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output }).Execute());
        (StepFailure then, string? now) = FailureFolder.Replay(Output, TinyModels.Registry);

        Assert.Matches(@"^The loss is (NaN|Infinity) at step \d of epoch 1, at learning rate 1E\+30: ", error.Message);
        Assert.Contains(then.Finding, error.Message, StringComparison.Ordinal);
        Assert.Contains($"and {256 - 3} more.", error.Message, StringComparison.Ordinal);
        Assert.Equal(256, then.Files.Length);
        Assert.Matches("^(first|norm|branch|head|head_dist)", then.FirstNonFinite);
        Assert.Equal(then.FirstNonFinite, now);
        Assert.True(File.Exists(Path.Combine(Output, folder, "failure.json")));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Where_nothing_failed_nothing_is_repeated()
    {
        RecipeRun.Start(TinyRecipe.Load(_temporary.Path), TinyModels.Registry, new() { Output = Output }).Dispose();

        Assert.Contains("No step of the run", Assert.Throws<DeitException>(() => FailureFolder.Replay(Output, TinyModels.Registry)).Message, StringComparison.Ordinal);
    }
}
