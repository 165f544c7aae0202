using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>Reads recipes, with what the command line changes in them.</summary>
public static class RecipeReader
{
    /// <summary>What begins the "file" of a finding that blames an option and not the recipe's file.</summary>
    public const string OptionPrefix = "--set ";

    /// <summary>Reads a recipe's text.</summary>
    /// <param name="path">The path of the file, for findings.</param>
    /// <param name="text">Its text.</param>
    /// <param name="overrides">
    /// What to change, as <c>key.path=value</c>; the last word on a key holds. A finding on one names the option as its file.
    /// </param>
    public static TableReading Read(string path, string text, IEnumerable<string> overrides) => Read(YamlFile.Read(path, text), overrides);

    /// <summary>Reads a recipe from a file that was read as YAML.</summary>
    internal static TableReading Read(YamlFile file, IEnumerable<string> overrides)
    {
        if (file.Root is null)
        {
            return new(SpecTable.Create(RecipeSchema.Recipe, []), file.Places, file.Findings);
        }

        if (file.Root.Find(StudyReader.Mark) is not null)
        {
            var study = new Finding(Rules.UnknownKey, file.Places.KeyOf(StudyReader.Mark), "the file is a study, not a recipe; 'deit study' runs it");
            return new(SpecTable.Create(RecipeSchema.Recipe, []), file.Places, new([study]));
        }

        PlaceMap places = file.Places with { Declaration = file.Places.ValueOf("name") };
        return Complete(TableReader.Read(file.Root, places, RecipeSchema.Recipe), overrides);
    }

    /// <summary>Lays options over what was read, and checks what holds between keys.</summary>
    internal static TableReading Complete(TableReading reading, IEnumerable<string> overrides)
    {
        var recipe = new Overriding(reading);
        foreach (string option in overrides) recipe.Apply(option);
        return recipe.Finish();
    }

    /// <summary>What is wrong with a recipe, the models that it names included.</summary>
    public static EquatableArray<Finding> CheckModels(TableReading recipe, IReadOnlyCollection<ModelSpec> known) => recipe.Findings.Count > 0
        ? recipe.Findings
        : new(RecipeModels.Check(recipe.Table, known).Select(finding => finding.At(recipe.Places)));

    /// <summary>A recipe while options are laid over it.</summary>
    private sealed class Overriding
    {
        private readonly Dictionary<string, SpecEntry> _entries;
        private readonly List<KeyPlace> _places;
        private readonly List<Finding> _findings;
        private readonly Place _declaration;

        public Overriding(TableReading reading)
        {
            _entries = reading.Table.Entries.ToDictionary(static entry => entry.Path);
            _places = [.. reading.Places.Keys];
            _declaration = reading.Places.Declaration;

            // What is missing is known only when every option has been applied.
            _findings = [.. reading.Findings.Where(static finding => finding.Rule != Rules.MissingKey)];
        }

        public void Apply(string option)
        {
            int equals = option.IndexOf('=');
            if (equals < 1)
            {
                Report(Rules.WrongType, Part(option, 0, option.Length), $"expected key=value, found '{option}'");
                return;
            }

            string path = option.Substring(0, equals).Trim();
            Key? key = RecipeSchema.Recipe.FindPath(path);
            if (key is null)
            {
                IEnumerable<string> known = RecipeSchema.Recipe.Leaves().Select(static leaf => leaf.Path);
                Report(Rules.UnknownKey, Part(option, 0, equals), $"'{path}' is not a key of a recipe. {Suggestions.Sentence(path, known)}");
                return;
            }

            string text = option.Substring(equals + 1).Trim();
            Place place = Part(option, equals + 1, option.Length);
            if (key.Table is { } table)
            {
                string example = $"{path}.{table.Keys[0].Name}";
                Report(Rules.WrongType, place, $"{path}: expected a table of keys, found {text}; set its keys one by one, such as {example}");
            }
            else if (!Values.TryParse(key.Kind, text, out object value))
            {
                Report(Rules.WrongType, place, $"{path}: expected {Values.Name(key)}, found {(text.Length == 0 ? "nothing" : text)}");
            }
            else if (Values.Refuse(key, value) is { } reason)
            {
                Report(Rules.ValueNotAccepted, place, $"{path}: {reason}");
            }
            else
            {
                _entries[path] = new(path, value);
                _places.RemoveAll(known => known.Path == path);
                _places.Add(new(path, Part(option, 0, equals), place));
            }
        }

        public TableReading Finish()
        {
            ReportMissing(RecipeSchema.Recipe, "", _declaration);
            var table = SpecTable.Create(RecipeSchema.Recipe, _entries.Values);
            var places = new PlaceMap(Dialect.Yaml, _declaration, new(_places));

            // Keys that are wrong by themselves say nothing of others.
            if (_findings.Count == 0) _findings.AddRange(RecipeChecks.Check(table).Select(finding => finding.At(places)));
            return new(table, places, new(_findings));
        }

        private void ReportMissing(Schema schema, string prefix, Place title)
        {
            foreach (Key key in schema.Keys)
            {
                string path = prefix + key.Name;
                // Options state the keys of a table without the table itself.
                KeyPlace? stated = _places.Find(place => place.Path == path)
                    ?? _places.Find(place => place.Path.StartsWith(path + ".", StringComparison.Ordinal));
                if (stated is null && key.Required) Report(Rules.MissingKey, title, $"'{path}' is missing: {key.Description}");
                if (stated is not null && key.Table is { } table) ReportMissing(table, path + ".", stated.Key);
            }
        }

        private void Report(Rule rule, Place place, string message) => _findings.Add(new(rule, place, message));

        private static Place Part(string option, int start, int end)
        {
            int first = OptionPrefix.Length + start;
            int last = OptionPrefix.Length + end;
            return new(OptionPrefix + option, first, last - first, 0, first, 0, last);
        }
    }
}
