using Deit.Compiler.Specs;
using Deit.Distillation;
using Deit.Pretrained;
using Deit.Tests.Specs;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

public sealed class RecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_stated_is_loaded()
    {
        Recipe recipe = TinyRecipe.Load(_folder.Path, "student.clip_grad=1.5");

        Assert.Equal(("tiny", 11), (recipe.Name, recipe.Seed));
        Assert.Equal(new DataOptions { Dataset = "digits", ImageSize = 8 }, recipe.Data);
        Assert.Equal("tiny_classifier", recipe.Teacher!.Model);
        TrainingOptions training = recipe.Student.Training;
        Assert.Equal((3, 256, 1e-2, 1), (training.Epochs, training.BatchSize, training.LearningRate, training.WarmupEpochs));
        Assert.Equal((0.8, 0.0, 1.5), (training.Mixing.Mixup, training.Mixing.Cutmix, training.ClipLimit));
        Assert.Equal((1, 1), (training.Augmentation.CropPadding, recipe.Teacher.Training.Augmentation.CropPadding));
        Assert.Equal(DistillationType.Hard, recipe.Distillation.Type);
    }

    [Theory]
    [InlineData("teacher.weights")]
    [InlineData("teacher.finetune")]
    public void A_written_recipe_is_read_back_the_same(string contradicting)
    {
        // No value is a default, so that a key that is not written, or read from another, shows.
        Recipe recipe = EveryKeyChanged(except: contradicting);

        string path = _folder.File("written.yaml");
        File.WriteAllText(path, recipe.ToYaml());

        Assert.Equal(recipe, Recipe.Load(path));
        Assert.Equal(recipe.ToYaml(), Recipe.Load(path).ToYaml());
        SpecTable table = RecipeReader.Read(path, recipe.ToYaml(), []).Table;
        Assert.Equal(RecipeSchema.Recipe.Leaves().Select(static leaf => leaf.Path).Where(path => path != contradicting), table.Entries.Select(static entry => entry.Path));
    }

    [Theory]
    [InlineData("plain words: with a colon")]
    [InlineData("true")]
    [InlineData("12")]
    [InlineData("\"quoted\" \\ and\ttabbed # not a comment")]
    [InlineData("zwei\nZeilen, größer")]
    public void Any_text_survives_writing(string text)
    {
        Recipe recipe = TinyRecipe.Load(_folder.Path) with { Description = text };
        File.WriteAllText(_folder.File("written.yaml"), recipe.ToYaml());

        Assert.Equal(text, Recipe.Load(_folder.File("written.yaml")).Description);
    }

    [Fact]
    public void Findings_are_listed_as_compilers_print_them()
    {
        string path = _folder.File("bad.yaml");
        File.WriteAllText(path, "name: bad\nstudent:\n  model: m\n  epohcs: 3\n  lr: fast\n");

        var error = Assert.Throws<DeitException>(() => Recipe.Load(path, ["seed=x"]));

        Assert.Equal(
            [
                $"{path}(4,3): error DEIT002: 'student.epohcs' is not a key of a student. Did you mean 'epochs'?",
                $"{path}(5,7): error DEIT003: student.lr: expected a number, found fast",
                "--set seed=x: error DEIT003: seed: expected a whole number, found x",
            ],
            error.Message.Split('\n'));
    }

    [Fact]
    public void A_recipe_that_is_not_there_names_the_nearest_one()
    {
        File.WriteAllText(_folder.File("digits-distill.yaml"), "");

        var error = Assert.Throws<DeitException>(() => Recipe.Load(_folder.File("digit-distill.yaml")));

        Assert.EndsWith("Did you mean 'digits-distill.yaml'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Teacher_and_student_of_different_seeds_cannot_be_written()
    {
        Recipe recipe = TinyRecipe.Load(_folder.Path);
        recipe = recipe with { Teacher = recipe.Teacher! with { Training = recipe.Teacher.Training with { Seed = 12 } } };

        Assert.Throws<DeitException>(recipe.ToYaml);
    }

    [Fact]
    public void The_recipes_of_the_repository_name_models_that_suit_each_other()
    {
        ModelRegistry models = ModelRegistry.FromAssemblies(typeof(Deit.Models.RegNetYDigits).Assembly);
        string[] paths = [.. Directory.GetFiles(RepositoryRoot.Combine("specs", "recipes"), "*.yaml").Where(static path => !JsonSchemaFiles.IsStudy(path))];

        Assert.NotEmpty(paths);
        Assert.All(paths, path =>
        {
            Recipe recipe = Recipe.Load(path);
            ModelDescription student = models.Find(recipe.Student.Model).Description;
            Assert.Equal(Path.GetFileNameWithoutExtension(path), recipe.Name);
            Assert.Equal(recipe.Data.ImageSize, student.Input[2]);
            Assert.Equal(recipe.Teacher is not null, recipe.Distillation.Type != DistillationType.None);
            if (recipe.Teacher is null) return;
            ModelDescription teacher = models.Find(recipe.Teacher.Model).Description;
            Assert.True(student.Distilled);
            Assert.Equal(student.Classes, teacher.Classes);
            Assert.Equal(student.Input.AsEnumerable(), teacher.Input);
            if (recipe.Teacher.Weights is { } weights) WeightLocation.Require(weights, teacher);
        });
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("small")]
    [InlineData("base")]
    public void The_recipes_of_the_paper_have_its_hyperparameters_and_differ_by_the_teacher_alone(string size)
    {
        Recipe plain = Recipe.Load(RepositoryRoot.Combine("specs", "recipes", $"deit-{size}-imagenet.yaml"));
        Recipe distilled = Recipe.Load(RepositoryRoot.Combine("specs", "recipes", $"deit-{size}-distilled-imagenet.yaml"));

        // Table 9 of arXiv 2012.12877.
        TrainingOptions training = plain.Student.Training;
        Assert.Equal((300, 1024, 1e-3, 5), (training.Epochs, training.BatchSize * training.GradientAccumulationSteps, training.ScaledLearningRate, training.WarmupEpochs));
        Assert.Equal((0.05, 0.1, 0.8, 1.0), (training.WeightDecay, training.Mixing.Smoothing, training.Mixing.Mixup, training.Mixing.Cutmix));
        Assert.Equal((3, 0.25, "rand-m9-mstd0.5-inc1"), (training.Augmentation.Repeats, training.Augmentation.RandomErasing, training.Augmentation.AutoAugment));
        Assert.Equal((0.1, 0.0), (plain.Student.Options.DropPath, training.ClipLimit));
        Assert.Equal(training, distilled.Student.Training);
        Assert.Equal((DistillationType.Hard, "regnety_160"), (distilled.Distillation.Type, distilled.Teacher!.Model));
    }

    private Recipe EveryKeyChanged(string except)
    {
        string[] overrides =
        [
            .. RecipeSchema.Recipe.Leaves()
                .Select(static (leaf, place) => (leaf.Path, Option: $"{leaf.Path}={Changed(leaf.Path, leaf.Key, place)}"))
                .Where(option => option.Path != except)
                .Select(static option => option.Option),
        ];
        return TinyRecipe.Load(_folder.Path, overrides);
    }

    private static string Changed(string path, Key key, int place) => key.Kind switch
    {
        _ when path == "augmentation.auto_augment" => "rand-m9-mstd0.5-inc1",
        _ when path == "augmentation.color_jitter" => "[0.1, 0.2, 0.3, 0.4]",
        _ when path == "augmentation.random_erasing_count" => "3",
        _ when path == "data.dataset" => "folder",
        _ when path == "distillation.type" => "soft",
        _ when path.EndsWith(".lr", StringComparison.Ordinal) => $"0.9{place:D2}",
        ValueKind.Integer when path.EndsWith("warmup_epochs", StringComparison.Ordinal) => $"{place}",
        ValueKind.Integer => $"{100 + place}",
        ValueKind.Number => $"0.5{place:D2}",
        ValueKind.Boolean => key.Default is true ? "false" : "true",
        ValueKind.Integers => $"[{place}, {100 + place}]",
        ValueKind.Texts => $"[text_{place}, other.{place}]",
        ValueKind.Numbers => $"[0.1, 0.2{place:D2}]",
        ValueKind.Text when key.Choices.Length > 0 => key.Choices.Last(choice => !Equals(choice, key.Default)),
        _ => $"text_{place}",
    };
}
