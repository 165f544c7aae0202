using Deit.Cli.Specs;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>A run goes on with the model that it began with, whatever its name has come to mean meanwhile.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class DeclaredModelTests : IDisposable
{
    private const string Declaration = """
        name: changing
        family: vision_transformer
        image_size: 8
        patch_size: 4
        embed_dim: 16
        depth: 1
        heads: 2
        classes: 10

        """;

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("heads: 2", "heads: 4", "heads (2 there, 4 now)")]
    [InlineData("depth: 1", "depth: 1\nmlp_ratio: 2", "mlp_ratio (4 there, 2 now)")]
    public void A_student_that_was_changed_is_refused(string old, string changed, string difference)
    {
        Recipe recipe = Load("distillation.type=none", "student.model=changing");
        Stop(recipe, Declared(Declaration));
        ModelRegistry other = Declared(Declaration.Replace(old, changed, StringComparison.Ordinal));

        DeitException refused = Assert.Throws<DeitException>(() => Resume(recipe, other));
        RunSummary finished = Resume(recipe, Declared($"{Declaration}description: Told of otherwise.\n"));

        Assert.Contains($"began with another model 'changing': {difference}. Declare it as it was", refused.Message, StringComparison.Ordinal);
        Assert.Equal("changing", finished.Student.Model);
        Assert.Equal(refused.Message, Assert.Throws<DeitException>(() => Resume(recipe, other)).Message);
    }

    [Fact]
    public void A_teacher_that_was_changed_is_refused()
    {
        Recipe recipe = Load("teacher.model=changing");
        Stop(recipe, Declared(Declaration));

        DeitException refused = Assert.Throws<DeitException>(() => Resume(recipe, Declared(Declaration.Replace("heads: 2", "heads: 4", StringComparison.Ordinal))));

        Assert.Contains("teacher' began with another model 'changing': heads (2 there, 4 now)", refused.Message, StringComparison.Ordinal);
    }

    private Recipe Load(params string[] overrides) => TinyRecipe.Load(_temporary.Path, ["student.mixup=0", "student.ema_decay=0", .. overrides]);

    private ModelRegistry Declared(string declaration)
    {
        string file = _temporary.File("changing.yaml");
        File.WriteAllText(file, declaration);
        return TinyModels.Registry.With(SpecAssembly.Compile(file));
    }

    private void Stop(Recipe recipe, ModelRegistry models)
    {
        using var cancellation = new CancellationTokenSource();
        var options = new RunOptions { Output = _temporary.File("run"), Observer = new RecordingObserver { AfterStep = _ => cancellation.Cancel() } };
        Assert.Throws<OperationCanceledException>(() => RecipeRun.Start(recipe, models, options).Execute(cancellation.Token));
    }

    private RunSummary Resume(Recipe recipe, ModelRegistry models) =>
        RecipeRun.Start(recipe, models, new() { Output = _temporary.File("run"), Resume = true }).Execute();
}
