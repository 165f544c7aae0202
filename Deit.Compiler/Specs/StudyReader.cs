using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>Reads studies.</summary>
public static class StudyReader
{
    /// <summary>The key that tells a study from a recipe.</summary>
    public const string Mark = "study";

    /// <summary>Reads a study's text.</summary>
    /// <param name="path">The path of the file, for findings.</param>
    /// <param name="text">Its text.</param>
    /// <param name="overrides">What to change in the recipe of every arm, as <see cref="RecipeReader.Read(string, string, IEnumerable{string})"/> takes it.</param>
    public static StudyReading Read(string path, string text, IEnumerable<string> overrides) => Read(YamlFile.Read(path, text), overrides);

    /// <summary>Reads a study from a file that was read as YAML.</summary>
    internal static StudyReading Read(YamlFile file, IEnumerable<string> overrides)
    {
        if (file.Root is null) return new("", null, null, default, file.Findings);
        PlaceMap places = file.Places with { Declaration = file.Places.KeyOf(Mark) };
        TableReading reading = TableReader.Read(file.Root, places, StudySchema.Study);
        SpecTable study = reading.Table;
        if (reading.Findings.Count > 0) return new(study.TextOrNull(Mark) ?? "", null, null, default, reading.Findings);

        string name = study.Text(Mark);
        var arms = new StudyArms(study, (RawList)study.Find("arms")!);
        var findings = new List<Finding>(arms.Findings.Select(finding => finding.At(places)));
        if (!RecipeChecks.CanNameFolder(name, out string forbidden))
        {
            findings.Add(new SpecFinding(Rules.ValueNotAccepted, Mark, $"study: '{name}' cannot name a folder; leave out {forbidden}").At(places));
        }

        if (findings.Count > 0) return new(name, null, null, default, new(findings));
        ArmReading[] readings = [.. arms.Arms.Select(arm => Read(arms, arm, places, overrides))];

        // What the base says is wrong in every arm.
        return new(name, study.TextOrNull("description"), study.TextOrNull("reference"), new(readings), new(readings.SelectMany(static arm => arm.Recipe.Findings).Distinct()));
    }

    private static ArmReading Read(StudyArms arms, StatedArm arm, PlaceMap places, IEnumerable<string> overrides)
    {
        string? family = arms.Line(arm).Select(static line => line.Table.TextOrNull("family")).FirstOrDefault(static stated => stated is not null);
        EquatableArray<long> seeds = arms.Line(arm).Select(static line => line.Table.Integers("seeds")).Append(arms.Study.Integers("seeds")).FirstOrDefault(static stated => stated.Count > 0);
        return new(
            arm.Name,
            family ?? arm.Name,
            arm.Table.TextOrNull("description"),
            arms.TeacherOf(arm),
            seeds.Count > 0 ? seeds : new([0L]),
            StudyRecipe.Read(arms, arm, places, overrides));
    }
}
