using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Deit.Data;

namespace Deit.Tests.Specs;

public sealed class RecipeReaderTests
{
    private const string Minimal = """
        name: mini
        student:
          model: some_student
        """;

    [Fact]
    public void A_minimal_recipe_is_read_with_the_defaults()
    {
        TableReading reading = Read(Minimal);

        Assert.Empty(reading.Findings);
        Assert.Equal("some_student", reading.Table.Text("student.model"));
        Assert.Equal(300, reading.Table.Integer("student.epochs"));
        Assert.Equal("none", reading.Table.Text("distillation.type"));
        Assert.False(reading.Table.States("teacher"));
    }

    [Theory]
    [InlineData("studnet: 1", "studnet", "DEIT002", "'studnet' is not a key of a recipe. Did you mean 'student'?")]
    [InlineData("distillation: { type: hrad }", "hrad", "DEIT005", "distillation.type: 'hrad' is not accepted. Did you mean 'hard'?")]
    [InlineData("distillation: { type: hard }", "hard", "DEIT006", "distillation.type: 'hard' needs a teacher")]
    [InlineData("distillation: { alpha: 1.5 }", "1.5", "DEIT005", "distillation.alpha: 1.5 is not accepted; it must be from 0 to 1")]
    [InlineData("data: { image_size: large }", "large", "DEIT003", "data.image_size: expected a whole number, found large")]
    [InlineData("data: { path: here }", "here", "DEIT006", "data.path: the digits come with the library")]
    [InlineData("teacher: { epochs: 20 }", "teacher", "DEIT004", "'teacher.model' is missing")]
    [InlineData("teacher: { model: t, lr: 1e-7 }", "1e-7", "DEIT006", "teacher.warmup_lr: 1e-6 must not exceed teacher.lr, 1e-7")]
    [InlineData("teacher: { model: t, min_lr: 0.1 }", "0.1", "DEIT006", "teacher.min_lr: 0.1 must not exceed teacher.lr, 0.0005")]
    [InlineData("augmentation: { auto_augment: rand-x9 }", "rand-x9", "DEIT005", "augmentation.auto_augment: the policy 'rand-x9' cannot be used: 'x9' is no part of it")]
    [InlineData("augmentation: { crop: rrc }", "rrc", "DEIT005", "augmentation.crop: 'rrc' is not accepted.")]
    [InlineData("augmentation: { scale: [0.5] }", "[0.5]", "DEIT005", "augmentation.scale: expected two numbers, the smaller first")]
    [InlineData("augmentation: { ratio: [2, 1] }", "[2, 1]", "DEIT005", "augmentation.ratio: expected two numbers, the smaller first")]
    [InlineData("augmentation: { color_jitter: [0.3, 0.3] }", "[0.3, 0.3]", "DEIT005", "augmentation.color_jitter: 2 numbers are not accepted")]
    [InlineData("augmentation: { color_jitter: [0, 0, 0, 0.6] }", "[0, 0, 0, 0.6]", "DEIT005", "augmentation.color_jitter: a hue of 0.6 is not accepted")]
    [InlineData("teacher: { model: t, cutmix_minmax: [0.8, 0.2] }", "[0.8, 0.2]", "DEIT005", "teacher.cutmix_minmax: expected two numbers, the smaller first")]
    [InlineData("teacher: { model: t, sched: multistep }", "multistep", "DEIT006", "teacher.sched: 'multistep' needs epochs to decay at")]
    [InlineData("teacher: { model: t, loss: bce }", "bce", "DEIT006", "teacher.loss: 'bce' takes every target above 0 for 1")]
    [InlineData("teacher: { model: t, lr_scale: linear, warmup_lr: 1e-4 }", "1e-4", "DEIT006", "teacher.warmup_lr: 0.0001 must not exceed teacher.lr, scaled to the batch, 6.25e-5")]
    [InlineData("teacher: { model: t, freeze: [] }", "[]", "DEIT005", "teacher.freeze: the list is empty")]
    [InlineData("seed: [1]", "[1]", "DEIT003", "seed: expected a whole number, found a list")]
    public void A_fault_is_reported_at_its_place(string line, string blamed, string rule, string message)
    {
        string text = $"{Minimal}\n{line}\n";

        Finding finding = Assert.IsType<Finding>(Read(text).Findings[0]);

        Assert.Equal(rule, finding.Rule.Id);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(("recipe.yaml", 3), (finding.Place.File, finding.Place.StartLine));
        Assert.Equal(blamed, text.Substring(finding.Place.Start, finding.Place.Length));
        Assert.Equal(text.Split('\n')[3].LastIndexOf(blamed, StringComparison.Ordinal), finding.Place.StartColumn);
    }

    [Theory]
    [InlineData("student.epohcs=3", "student.epohcs", "'student.epohcs' is not a key of a recipe. Did you mean 'student.epochs'?")]
    [InlineData("student.epochs=x", "x", "student.epochs: expected a whole number, found x")]
    [InlineData("student.epochs=", "", "student.epochs: expected a whole number, found nothing")]
    [InlineData("student.epochs=0", "0", "student.epochs: 0 is not accepted; it must be from 1 to 1000000")]
    [InlineData("student=some", "some", "student: expected a table of keys, found some; set its keys one by one, such as student.model")]
    [InlineData("teacher.epochs=20", "teacher.epochs", "'teacher.model' is missing")]
    [InlineData("epochs", "epochs", "expected key=value, found 'epochs'")]
    public void A_fault_in_an_option_is_reported_at_its_place_in_the_option(string option, string blamed, string message)
    {
        Finding finding = Assert.Single(Read(Minimal, option).Findings);

        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal($"--set {option}", finding.Place.File);
        Assert.Equal(blamed, finding.Place.File.Substring(finding.Place.StartColumn, finding.Place.Length));
    }

    [Fact]
    public void The_last_option_on_a_key_holds()
    {
        TableReading reading = Read(Minimal, "student.epochs=10", "student.epochs=20", "augmentation.force_color_jitter=true");

        Assert.Empty(reading.Findings);
        Assert.Equal(20, reading.Table.Integer("student.epochs"));
        Assert.True(reading.Table.Boolean("augmentation.force_color_jitter"));
    }

    [Fact]
    public void An_option_states_what_the_file_leaves_out()
    {
        TableReading reading = Read("name: mini", "student.model=some_student");

        Assert.Empty(reading.Findings);
        Assert.Equal("some_student", reading.Table.Text("student.model"));
    }

    [Fact]
    public void What_neither_states_is_missing()
    {
        Finding[] findings = [.. Read("description: nothing else").Findings];

        Assert.Equal(["DEIT004", "DEIT004"], findings.Select(static finding => finding.Rule.Id));
        Assert.StartsWith("'name' is missing", findings[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("'student' is missing", findings[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_yaml_says_where()
    {
        Finding finding = Assert.Single(Read("name: [unclosed").Findings);

        Assert.Equal("DEIT001", finding.Rule.Id);
    }

    [Fact]
    public void A_name_that_cannot_name_a_folder_is_refused()
    {
        Finding finding = Assert.Single(Read(Minimal.Replace("mini", "a/b", StringComparison.Ordinal)).Findings);

        Assert.Contains("name: 'a/b' cannot name a folder", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_datasets_of_the_schema_are_those_of_the_library() =>
        Assert.Equal(Datasets.Names, RecipeSchema.Recipe.FindPath("data.dataset")!.Choices);

    [Fact]
    public void Every_key_is_described_and_has_a_default_or_may_be_absent() => Assert.All(RecipeSchema.Recipe.Leaves(), static leaf =>
    {
        Assert.EndsWith(".", leaf.Key.Description, StringComparison.Ordinal);
        Assert.True(leaf.Key.Default is null || Values.Refuse(leaf.Key, leaf.Key.Default) is null, leaf.Path);
    });

    private static TableReading Read(string text, params string[] overrides) => RecipeReader.Read("recipe.yaml", text, overrides);

}
