using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Tests.Specs;

public sealed class StudyReaderTests
{
    private const string Text = """
        study: sizes
        seeds: [3, 4]
        reference: full
        base:
          data: {dataset: digits}
          student: {model: small, epochs: 5, mixup: 0.8}
        arms:
          - {name: convnet, family: RegNet, seeds: [7], recipe: {student: {model: regnet, lr: 1e-2}}, without: student.mixup}
          - {name: full, family: DeiT, description: All of it.}
          - {name: bare, like: full, without: [student.mixup]}
          - {name: taught, like: full, teacher: convnet, recipe: {distillation: {type: hard}}}
          - {name: large, like: taught, recipe: {student: {model: large, epochs: 6}}}
          - {name: untaught, like: large, without: distillation.type}
        """;

    [Fact]
    public void An_arm_is_the_base_changed_by_those_it_is_like_and_by_itself()
    {
        StudyReading study = Read(Text);

        Assert.Empty(study.Findings);
        Assert.Equal(("sizes", "full"), (study.Name, study.Reference));
        SpecTable large = Arm(study, "large").Recipe.Table;
        Assert.Equal(("sizes-large", "large", 6L, 0.8), (large.Text("name"), large.Text("student.model"), large.Integer("student.epochs"), large.Number("student.mixup")));
        Assert.Equal(("hard", "regnet"), (large.Text("distillation.type"), large.Text("teacher.model")));
        Assert.False(Arm(study, "bare").Recipe.Table.States("student.mixup"));
        Assert.False(Arm(study, "full").Recipe.Table.States("teacher"));
    }

    [Fact]
    public void Family_teacher_and_seeds_are_taken_where_they_are_not_stated()
    {
        StudyReading study = Read(Text);

        Assert.Equal(["RegNet", "DeiT", "DeiT", "DeiT", "DeiT", "DeiT"], study.Arms.Select(static arm => arm.Family));
        Assert.Equal([null, null, null, "convnet", "convnet", null], study.Arms.Select(static arm => arm.Teacher));
        Assert.Equal([7L], Arm(study, "convnet").Seeds);
        Assert.Equal([3L, 4L], Arm(study, "large").Seeds);
        Assert.Equal([0L], Read("study: s\narms: [{name: a, recipe: {student: {model: m}}}]").Arms[0].Seeds);
        Assert.Equal("a", Read("study: s\narms: [{name: a, recipe: {student: {model: m}}}]").Arms[0].Family);
    }

    [Fact]
    public void Options_change_every_arm()
    {
        StudyReading study = Read(Text, "student.epochs=1");

        Assert.Empty(study.Findings);
        Assert.All(study.Arms, static arm => Assert.Equal(1, arm.Recipe.Table.Integer("student.epochs")));
    }

    [Theory]
    [InlineData("DEIT002", "epoch", "epochs: 6", "epoch: 6", "Did you mean 'epochs'?")]
    [InlineData("DEIT002", "student.mixap", "without: student.mixup}", "without: student.mixap}", "Did you mean 'student.mixup'?")]
    [InlineData("DEIT002", "ful", "reference: full", "reference: ful", "there is no arm 'ful'. Did you mean 'full'?")]
    [InlineData("DEIT002", "convet", "teacher: convnet", "teacher: convet", "there is no arm 'convet'. Did you mean 'convnet'?")]
    [InlineData("DEIT002", "taugt", "like: taught", "like: taugt", "there is no arm 'taugt'. Did you mean 'taught'?")]
    [InlineData("DEIT002", "reciepe", "recipe: {student: {model: large", "reciepe: {student: {model: large", "Did you mean 'recipe'?")]
    [InlineData("DEIT003", "five", "epochs: 5", "epochs: five", "expected a whole number")]
    [InlineData("DEIT004", "{family: DeiT, description: All of it.}", "{name: full, family", "{family", "'name' is missing")]
    [InlineData("DEIT004", "epochs", "model: small, ", "", "'student.model' is missing")]
    [InlineData("DEIT005", "lar/ge", "name: large", "name: lar/ge", "cannot name a folder")]
    [InlineData("DEIT005", "harder", "{type: hard}", "{type: harder}", "Did you mean 'hard'?")]
    [InlineData("DEIT006", "Full", "name: bare", "name: Full", "there is an arm 'Full' already")]
    [InlineData("DEIT006", "[3, 3]", "seeds: [3, 4]", "seeds: [3, 3]", "3 is there twice")]
    [InlineData("DEIT006", "[student.cutmix]", "without: [student.mixup]", "without: [student.cutmix]", "is stated neither by the base")]
    [InlineData("DEIT006", "large", "description: All of it.", "like: large", "full -> large -> taught -> full")]
    [InlineData("DEIT006", "bare", "seeds: [7],", "seeds: [7], teacher: bare,", "teaches nothing while distillation.type is 'none'")]
    [InlineData("DEIT006", "taught", "teacher: convnet, ", "", "distils, but has no teacher")]
    public void What_is_wrong_is_said_at_its_place(string rule, string blamed, string old, string changed, string message)
    {
        Assert.Contains(old, Text, StringComparison.Ordinal);

        string text = Text.Replace(old, changed, StringComparison.Ordinal);

        StudyReading study = Read(text);

        Finding finding = study.Findings[0];
        Assert.Equal(rule, finding.Rule.Id);
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(blamed, text.Substring(finding.Place.Start, finding.Place.Length));
    }

    [Fact]
    public void Teachers_must_not_teach_each_other()
    {
        StudyReading study = Read("""
            study: circle
            base: {student: {model: m}, distillation: {type: soft}}
            arms:
              - {name: a, teacher: b}
              - {name: b, teacher: a}
            """);

        Assert.Equal("teacher: the arm teaches itself: a -> b -> a", study.Findings[0].Message);
        Assert.Equal(3, study.Findings[0].Place.StartLine);
    }

    [Fact]
    public void What_the_base_says_wrong_is_said_once() =>
        Assert.Single(Read(Text.Replace("mixup: 0.8", "mixup: 0.8, loss: bce", StringComparison.Ordinal)).Findings, static finding => finding.Message.Contains("'bce'", StringComparison.Ordinal));

    [Fact]
    public void A_study_is_no_recipe()
    {
        Finding finding = Assert.Single(RecipeReader.Read("sizes.yaml", Text, []).Findings);

        Assert.Equal("the file is a study, not a recipe; 'deit study' runs it", finding.Message);
        Assert.Empty(RecipeFile.Read("sizes.yaml", Text).Findings);
        Assert.Equal(6, RecipeFile.Read("sizes.yaml", Text).Recipes.Count);
    }

    private static StudyReading Read(string text, params string[] overrides) => StudyReader.Read("sizes.yaml", text, overrides);

    private static ArmReading Arm(StudyReading study, string name) => study.Arms.Single(arm => arm.Name == name);
}
