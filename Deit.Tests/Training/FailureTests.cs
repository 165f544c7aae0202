using Deit.Losses;
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
        Recipe recipe = TinyRecipe.Load(_temporary.Path, option, "student.warmup_epochs=0", "teacher.explosion_factor=0", "student.explosion_factor=0");

        var error = Assert.Throws<DeitException>(() => RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output }).Execute());
        (StepFailure then, StepRepetition now) = FailureFolder.Replay(Output, TinyModels.Registry);

        Assert.Matches(@"^The loss is (NaN|Infinity) at step \d of epoch 1, at learning rate 1E\+30: ", error.Message);
        Assert.Contains(then.Finding, error.Message, StringComparison.Ordinal);
        Assert.Contains($"and {256 - 3} more.", error.Message, StringComparison.Ordinal);
        Assert.Equal(256, then.Files.Length);
        Assert.Matches("^(first|norm|branch|head|head_dist)", then.FirstNonFinite);
        Assert.Equal(then.FirstNonFinite, now.FirstNonFinite);
        Assert.True(File.Exists(Path.Combine(Output, folder, "failure.json")));
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_loss_that_explodes_is_noticed_while_it_is_a_number_and_the_layer_that_grew_is_found_again()
    {
        Recipe recipe = TinyRecipe.Load(_temporary.Path, "student.lr=1e4", "student.warmup_epochs=0", "distillation.type=none");

        var error = Assert.Throws<DeitException>(() => RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = Output }).Execute());
        (StepFailure then, StepRepetition now) = FailureFolder.Replay(Output, TinyModels.Registry);

        // A hundred times the logarithm of ten classes.
        Assert.Matches(@"^The loss has exploded to \S+, beyond 230\.3, at step \d of epoch 1, at learning rate 10000: ", error.Message);
        Assert.Equal((FailureCause.Explosion, null), (then.Cause, then.FirstNonFinite));
        Assert.Matches(@"^(first|branch|head) \(up to \S+, from inputs up to \S+\)$", then.Growth);
        Assert.Equal((FailureCause.Explosion, then.Growth), (now.Cause, now.Growth));
        Assert.Contains($"that of {then.Growth} grew the most.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, "cross_entropy", null, 230.2585)]
    [InlineData(10, "cross_entropy", 3.0, 300)]
    [InlineData(10, "cross_entropy", 0.1, 230.2585)]
    [InlineData(1, "cross_entropy", null, 69.3147)]
    [InlineData(1000, "bce", null, 69.3147)]
    public void A_loss_explodes_beyond_what_guessing_and_the_epoch_before_lost(int classes, string loss, double? before, double limit)
    {
        TrainingOptions options = new() { Loss = new() { Type = loss == "bce" ? LossType.Bce : LossType.CrossEntropy } };

        Assert.Equal(limit, StepGuard.LossLimit(options, classes, before), 4);
        Assert.Equal(double.PositiveInfinity, StepGuard.LossLimit(options with { ExplosionFactor = 0 }, classes, before));
    }

    [Fact]
    public void Where_nothing_failed_nothing_is_repeated()
    {
        RecipeRun.Start(TinyRecipe.Load(_temporary.Path), TinyModels.Registry, new() { Output = Output }).Dispose();

        Assert.Contains("No step of the run", Assert.Throws<DeitException>(() => FailureFolder.Replay(Output, TinyModels.Registry)).Message, StringComparison.Ordinal);
    }
}
