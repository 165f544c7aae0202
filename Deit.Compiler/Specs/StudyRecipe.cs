using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>The recipe of an arm: the base of its study, changed by the arms that it derives from, and by itself.</summary>
internal sealed class StudyRecipe
{
    private const string PartOfBase = "base.";
    private const string PartOfArm = "recipe.";
    private const string Distillation = "distillation.type";

    private readonly Dictionary<string, SpecEntry> _entries = [];
    private readonly Dictionary<string, KeyPlace> _places = [];
    private readonly List<SpecFinding> _findings = [];
    private readonly PlaceMap _written;

    private StudyRecipe(PlaceMap written) => _written = written;

    /// <summary>Whether an arm learns from a teacher, by its recipe.</summary>
    public static bool Distils(StudyArms arms, StatedArm arm) => Merge(arms, arm, new(Dialect.Yaml, default, default)).Find(Distillation) is string type && type != "none";

    /// <summary>The recipe of an arm, its places those of the study's file.</summary>
    /// <param name="arms">The arms, which contradict each other nowhere.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="written">Where the study's keys are written.</param>
    /// <param name="overrides">What options change in it.</param>
    public static TableReading Read(StudyArms arms, StatedArm arm, PlaceMap written, IEnumerable<string> overrides)
    {
        StudyRecipe recipe = Merge(arms, arm, written);
        recipe.State("name", $"{arms.Study.Text("study")}-{arm.Name}", $"{arm.Path}.name");
        if (arm.Table.TextOrNull("description") is { } description) recipe.State("description", description, $"{arm.Path}.description");
        recipe.AddTeacher(arms, arm);
        var places = new PlaceMap(Dialect.Yaml, written.ValueOf($"{arm.Path}.name"), new(recipe._places.Values));
        var reading = new TableReading(
            SpecTable.Create(RecipeSchema.Recipe, recipe._entries.Values), places, new(recipe._findings.Select(finding => finding.At(written))));
        return reading.Findings.Count > 0 ? reading : RecipeReader.Complete(reading, overrides);
    }

    private static StudyRecipe Merge(StudyArms arms, StatedArm arm, PlaceMap written)
    {
        var recipe = new StudyRecipe(written);
        recipe.Lay(arms.Study, PartOfBase, "");
        foreach (StatedArm layer in arms.Line(arm).Reverse())
        {
            recipe.Lay(layer.Table, PartOfArm, layer.Path + ".");
            foreach (string path in layer.Without) recipe.Remove(path, layer);
        }

        return recipe;
    }

    private object? Find(string path) => _entries.TryGetValue(path, out SpecEntry? entry) ? entry.Value : null;

    /// <summary>Lays a part of a recipe over what there is.</summary>
    private void Lay(SpecTable table, string part, string prefix)
    {
        foreach (SpecEntry entry in table.Entries.Where(entry => entry.Path.StartsWith(part, StringComparison.Ordinal)))
        {
            State(entry.Path.Substring(part.Length), entry.Value, prefix + entry.Path);
        }
    }

    private void State(string path, object value, string written)
    {
        _entries[path] = new(path, value);
        _places[path] = new(path, _written.KeyOf(written), _written.ValueOf(written));
    }

    private void Remove(string path, StatedArm arm)
    {
        _places.Remove(path);
        if (_entries.Remove(path)) return;
        _findings.Add(new(Rules.ContradictingKeys, $"{arm.Path}.without", $"without: '{path}' is stated neither by the base nor by an arm that '{arm.Name}' derives from; leave it out"));
    }

    private void AddTeacher(StudyArms arms, StatedArm arm)
    {
        bool distils = Find(Distillation) is string type && type != "none";
        if (arms.TeacherOf(arm) is not { } teacher)
        {
            if (distils) _findings.Add(new(Rules.ContradictingKeys, $"{arm.Path}.name", $"the arm '{arm.Name}' distils, but has no teacher; name an arm as its 'teacher', or set {Distillation} to 'none'"));
            return;
        }

        if (!distils)
        {
            _findings.Add(new(Rules.ContradictingKeys, $"{arm.Path}.teacher", $"teacher: '{teacher}' teaches nothing while {Distillation} is 'none'; set it to 'soft' or 'hard', or leave the teacher out"));
            return;
        }

        string written = arms.Line(arm).First(static line => line.Teacher is not null).Path + ".teacher";
        if (Merge(arms, arms.Find(teacher)!, _written).Find("student.model") is string model) State("teacher.model", model, written);
    }
}
