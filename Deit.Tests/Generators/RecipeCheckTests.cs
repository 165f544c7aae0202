using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>Recipes are checked while the project builds, with the models that they name.</summary>
public sealed class RecipeCheckTests
{
    private const string Models = """
        namespace Sample;
        [Deit.VisionTransformer(Name = "student", EmbedDim = 96, Depth = 1, Heads = 3, Distilled = true, Classes = 10)] public partial class Student;
        [Deit.VisionTransformer(Name = "plain", EmbedDim = 96, Depth = 1, Heads = 3, Classes = 10)] public partial class Plain;
        [Deit.RegNet(Name = "teacher", GroupWidth = 8, Depths = [1], Widths = [24], Classes = 10)] public partial class Teacher;
        [Deit.RegNet(Name = "many", GroupWidth = 8, Depths = [1], Widths = [24], Classes = 100)] public partial class Many;
        """;

    private const string Recipe = """
        name: recipe
        data: {dataset: digits}
        teacher: {model: teacher, epochs: 2}
        student: {model: student, epochs: 3}
        distillation: {type: hard}
        """;

    [Theory]
    [InlineData(null, "", "", "")]
    [InlineData(null, "", "student: {model: student,", "student: {model: specs/mine.yaml,")]
    [InlineData("DEIT002", "epoch", "student: {model: student, epochs", "student: {model: student, epoch")]
    [InlineData("DEIT005", "0", "epochs: 3", "epochs: 0")]
    [InlineData("DEIT005", "medium", "type: hard", "type: medium")]
    [InlineData("DEIT014", "techer", "model: teacher", "model: techer")]
    [InlineData("DEIT014", "studant", "model: student", "model: studant")]
    [InlineData("DEIT016", "many", "model: teacher", "model: many")]
    [InlineData("DEIT016", "teacher", "model: student", "model: plain")]
    public void A_wrong_recipe_is_reported_at_the_value_that_is_wrong(string? rule, string squiggle, string old, string changed)
    {
        AdditionalText recipe = GeneratorHost.Yaml(old.Length > 0 ? Recipe.Replace(old, changed) : Recipe, "specs/recipes/recipe.yaml");
        GeneratorHost host = GeneratorHost.Run(Models, recipe);

        if (rule is null)
        {
            Assert.Empty(host.Result.Diagnostics);
            return;
        }

        Diagnostic diagnostic = Assert.Single(host.Result.Diagnostics);
        Assert.Equal(rule, diagnostic.Id);
        Assert.Equal(squiggle, host.TextUnder(diagnostic, recipe));
        Assert.Equal(4, host.Models.Count);
    }
}
