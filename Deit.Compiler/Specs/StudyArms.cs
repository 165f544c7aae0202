using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>The arms of a study while what they take from each other is found out.</summary>
internal sealed class StudyArms
{
    private readonly List<StatedArm> _arms = [];
    private readonly List<SpecFinding> _findings = [];

    /// <param name="study">The values of a study.</param>
    /// <param name="items">Its arms, as they are written.</param>
    public StudyArms(SpecTable study, RawList items)
    {
        Study = study;
        foreach ((RawValue item, int index) in items.Items.Select(static (item, index) => (item, index)))
        {
            string path = $"arms.{Spelling.Number(index)}";
            (SpecTable table, IReadOnlyList<SpecFinding> findings) = TableReader.Read((RawTable)item, StudySchema.Arm, path);
            _findings.AddRange(findings);
            if (findings.Count == 0) _arms.Add(new(path, table));
        }

        if (_findings.Count > 0) return;
        CheckNames();
        CheckSeeds(study, "");
        foreach (StatedArm arm in _arms) CheckSeeds(arm.Table, arm.Path + ".");
        foreach (StatedArm arm in _arms) CheckWithout(arm);
        CheckReferences("like", static arm => arm.Like, "derives from itself");
        if (_findings.Count > 0) return;
        CheckReferences("teacher", TeacherOf, "teaches itself");
        if (study.TextOrNull("reference") is { } reference) RequireArm("reference", reference);
    }

    /// <summary>The values of the study.</summary>
    public SpecTable Study { get; }

    /// <summary>The arms that are right by themselves, in the order of the file.</summary>
    public IReadOnlyList<StatedArm> Arms => _arms;

    /// <summary>What is wrong with the arms and with what they say of each other.</summary>
    public IReadOnlyList<SpecFinding> Findings => _findings;

    /// <summary>The arm and those that it derives from, the nearest first.</summary>
    public IEnumerable<StatedArm> Line(StatedArm arm)
    {
        for (StatedArm? current = arm; current is not null; current = current.Like is { } like ? Find(like) : null) yield return current;
    }

    /// <summary>The arm of that name; null where there is none.</summary>
    public StatedArm? Find(string name) => _arms.Find(arm => arm.Name == name);

    /// <summary>The arm that teaches another: what it states itself, or what it takes; null where it learns from the labels alone.</summary>
    public string? TeacherOf(StatedArm arm) => arm.Teacher ?? (StudyRecipe.Distils(this, arm) ? Line(arm).Select(static line => line.Teacher).FirstOrDefault(static name => name is not null) : null);

    private void CheckNames()
    {
        foreach (StatedArm arm in _arms)
        {
            if (!RecipeChecks.CanNameFolder(arm.Name, out string forbidden))
            {
                _findings.Add(new(Rules.ValueNotAccepted, $"{arm.Path}.name", $"name: '{arm.Name}' cannot name a folder; leave out {forbidden}"));
            }

            // Folders of names that differ by case alone are one on some systems.
            if (_arms.Find(other => string.Equals(other.Name, arm.Name, StringComparison.OrdinalIgnoreCase)) != arm)
            {
                _findings.Add(new(Rules.ContradictingKeys, $"{arm.Path}.name", $"name: there is an arm '{arm.Name}' already; arms are told apart by their names"));
            }
        }
    }

    private void CheckSeeds(SpecTable table, string prefix)
    {
        if (table.Integers("seeds").GroupBy(static seed => seed).FirstOrDefault(static group => group.Count() > 1) is not { } repeated) return;
        _findings.Add(new(Rules.ContradictingKeys, prefix + "seeds", $"seeds: {Spelling.Number(repeated.Key)} is there twice; the same seed gives the same numbers"));
    }

    private void CheckWithout(StatedArm arm)
    {
        string[] known = [.. StudySchema.Part.Leaves().Select(static leaf => leaf.Path)];
        foreach (string path in arm.Without.Where(path => !known.Contains(path)))
        {
            _findings.Add(new(Rules.UnknownKey, $"{arm.Path}.without", $"without: '{path}' is not a key of an arm's recipe. {Suggestions.Sentence(path, known)}"));
        }
    }

    /// <summary>Whether what a key names is there, and leads back to nobody.</summary>
    private void CheckReferences(string key, Func<StatedArm, string?> next, string fault)
    {
        foreach (StatedArm arm in _arms)
        {
            if (next(arm) is not { } named) continue;
            if (!RequireArm($"{arm.Path}.{key}", named)) continue;
            var seen = new List<StatedArm>();
            for (StatedArm? current = arm; current is not null && !seen.Contains(current); current = next(current) is { } name ? Find(name) : null) seen.Add(current);
            if (next(seen[seen.Count - 1]) != arm.Name) continue;
            string circle = string.Join(" -> ", seen.Append(arm).Select(static step => step.Name));
            _findings.Add(new(Rules.ContradictingKeys, $"{arm.Path}.{key}", $"{key}: the arm {fault}: {circle}"));
            return;
        }
    }

    private bool RequireArm(string path, string name)
    {
        if (Find(name) is not null) return true;
        string key = path.Substring(path.LastIndexOf('.') + 1);
        _findings.Add(new(Rules.UnknownKey, path, $"{key}: there is no arm '{name}'. {Suggestions.Sentence(name, _arms.Select(static arm => arm.Name))}"));
        return false;
    }
}

/// <summary>An arm as it is written.</summary>
/// <param name="Path">Its path in the file: <c>arms.3</c>.</param>
/// <param name="Table">What it states.</param>
internal sealed record StatedArm(string Path, SpecTable Table)
{
    /// <summary>What it is called.</summary>
    public string Name => Table.Text("name");

    /// <summary>The arm that it derives from; null where it does from none.</summary>
    public string? Like => Table.TextOrNull("like");

    /// <summary>The teacher that it states itself.</summary>
    public string? Teacher => Table.TextOrNull("teacher");

    /// <summary>The keys that it does without.</summary>
    public EquatableArray<string> Without => Table.Find("without") is EquatableArray<string> paths ? paths : default;
}
