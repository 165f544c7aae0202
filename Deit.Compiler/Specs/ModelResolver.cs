using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.RegularExpressions;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Emit;
using Deit.Compiler.Families;

namespace Deit.Compiler.Specs;

/// <summary>Makes models of declarations: finds what each derives from, and checks its values against its family.</summary>
public sealed class ModelResolver
{
    private static readonly Regex ModelName = new(@"^[a-z][a-z0-9]*(_[a-z0-9]+)*\z", RegexOptions.CultureInvariant);
    private static readonly Regex ClassName = new(@"^[A-Z][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant);

    private readonly ImmutableArray<RawDeclaration> _declarations;
    private readonly ImmutableArray<RawDeclaration> _referenced;
    private readonly Dictionary<RawDeclaration, ModelDeclaration?> _resolved = [];

    private ModelResolver(IEnumerable<RawDeclaration> declarations, IEnumerable<ReferencedModel> referenced)
    {
        _declarations = [.. declarations];
        _referenced = [.. referenced.Select(static model => YamlModels.Read("", model.Spec, "") with { Class = new("", default, model.Class, "public") })];
    }

    /// <summary>Resolves all declarations of a project.</summary>
    /// <param name="declarations">What front ends read.</param>
    /// <param name="referenced">The models of referenced assemblies.</param>
    public static ResolvedModels Resolve(IEnumerable<RawDeclaration> declarations, IEnumerable<ReferencedModel> referenced)
    {
        var resolver = new ModelResolver(declarations, referenced);
        ImmutableArray<ModelDeclaration> resolved = [.. resolver._declarations.Select(resolver.Resolve)];
        ImmutableArray<ModelDeclaration> paired = [.. resolved.Zip(resolver._declarations, resolver.CheckTeacher)];
        return new(paired, new(paired.Concat(resolver._referenced.Select(resolver.Resolve)).Select(static declaration => declaration.Spec).OfType<ModelSpec>()));
    }

    private ModelDeclaration Resolve(RawDeclaration raw)
    {
        if (_resolved.TryGetValue(raw, out ModelDeclaration? known))
        {
            return known ?? Failed(raw, Rules.BaseCycle, "base", $"'{NameOf(raw)}' derives from itself; take {{base}} out of one of the models in the circle");
        }

        _resolved[raw] = null; // In progress: whoever comes here again has gone in a circle.
        ModelDeclaration resolved = ResolveNew(raw);
        _resolved[raw] = resolved;
        return resolved;
    }

    private ModelDeclaration ResolveNew(RawDeclaration raw)
    {
        if (raw.Values is null || raw.Findings.Count > 0) return new(null, raw.Places, raw.Findings, raw.File);

        ModelSpec? parent = null;
        if (raw.Values.FindText("base") is { } baseName)
        {
            if (FindBase(raw, baseName) is not { } declaration) return Failed(raw, Rules.UnknownModel, "base", $"there is no model '{baseName}' to derive from. {Suggestions.Sentence(baseName, Known)}");
            ModelDeclaration resolved = Resolve(declaration);
            if (resolved.Spec is null)
            {
                return resolved.Findings.Any(static finding => finding.Rule == Rules.BaseCycle)
                    ? Failed(raw, Rules.BaseCycle, "base", $"'{NameOf(raw)}' derives from itself by way of '{baseName}'; take {{base}} out of one of the models in the circle")
                    : Failed(raw, Rules.UnknownModel, "base", $"'{baseName}' has errors of its own; mend those first");
            }

            parent = resolved.Spec;
        }

        return Check(raw, parent);
    }

    private static ModelDeclaration Check(RawDeclaration raw, ModelSpec? parent)
    {
        string? stated = raw.Values!.FindText("family");
        Family? family = Family.Find(stated ?? parent?.Family ?? "");
        if (stated is not null && parent is not null && stated != parent.Family)
        {
            return Failed(raw, Rules.ContradictingKeys, "family", $"{{family}} is '{stated}', but '{parent.Name}', which this model derives from, is a '{parent.Family}'");
        }

        TableReading reading = TableReader.Read(raw.Values, raw.Places, SchemaFor(family, raw, parent));
        List<Finding> findings = [.. reading.Findings, .. CheckNames(raw)];
        if (stated is null && parent is null && raw.Values.Find("base") is null && raw.Values.Find("family") is null)
        {
            findings.Add(new(Rules.MissingKey, raw.Places.Declaration, $"'family' is missing: state a family ({string.Join(", ", Family.All.Select(static f => f.Name))}) or a base"));
        }

        if (findings.Count > 0 || family is null) return new(null, raw.Places, new(findings), raw.File);

        SpecTable values = family.Derive(parent?.Values, SpecTable.Create(
            new Schema(family.Schema.Title, family.Keys), reading.Table.Entries.Where(static entry => !ModelKeys.All.Any(key => key.Name == RootOf(entry.Path)))));
        string? memory = reading.Table.TextOrNull("max_training_bytes");
        var budget = new Budget(
            (long?)reading.Table.Find("max_parameters"), (long?)reading.Table.Find("max_macs"), memory is null ? null : ByteSize.Parse(memory), reading.Table.Integer("batch"));
        if (memory is not null && budget.MaxTrainingBytes is null)
        {
            findings.Add(new SpecFinding(Rules.ValueNotAccepted, "max_training_bytes", $"{{max_training_bytes}}: '{memory}' is no amount of memory; write one such as '6 GiB' or '512 MB'").At(raw.Places));
        }

        long channels = family.Describe(values).Channels;
        (ModelFacts own, IReadOnlyList<SpecFinding> wrong) = ModelFacts.Read(reading.Table, channels);
        ModelFacts facts = parent?.Facts.Derive(own, family.Describe(parent.Values).Channels == channels) ?? own;
        var spec = new ModelSpec(NameOf(raw), family.Name, reading.Table.TextOrNull("description"), raw.Class, values, budget, facts)
        {
            CheckpointEvery = parent is not null && !reading.Table.States("checkpoint_every") ? parent.CheckpointEvery : reading.Table.Integer("checkpoint_every"),
        };
        findings.AddRange(wrong.Concat(family.Check(values)).Select(finding => finding.At(raw.Places)));
        return new(findings.Count == 0 ? spec : null, raw.Places, new(findings), raw.File);
    }

    /// <summary>The keys to read a declaration by; of one whose family is unknown, those that some family has.</summary>
    private static Schema SchemaFor(Family? family, RawDeclaration raw, ModelSpec? parent)
    {
        ImmutableArray<Key> own = family?.Keys ?? [.. raw.Values!.Entries
            .Select(static entry => Family.All.Select(f => f.Keys.FirstOrDefault(key => key.Name == entry.Key)).FirstOrDefault(static key => key is not null))
            .OfType<Key>()];
        IEnumerable<Key> general = ModelKeys.All.Select(key => key.Name == "name" && raw.Places.Dialect == Dialect.CSharp ? key with { Required = false } : key);

        // What the base states need not be stated again.
        bool derived = family is null || parent is not null;
        return new(family?.Schema.Title ?? "a model", [.. general, .. own.Select(key => derived ? key with { Required = false } : key)]);
    }

    private static IEnumerable<Finding> CheckNames(RawDeclaration raw)
    {
        if (raw.Values!.FindText("name") is { } name && !ModelName.IsMatch(name))
        {
            yield return new SpecFinding(Rules.ValueNotAccepted, "name", $"{{name}}: '{name}' is not a model's name; it is made of lower-case words and digits joined by underscores, such as '{Spelling.ToModelName(name)}'").At(raw.Places);
        }

        if (raw.Values.FindText("class") is { } type && !ClassName.IsMatch(type))
        {
            yield return new SpecFinding(Rules.ValueNotAccepted, "class", $"{{class}}: '{type}' is not the name of a class; it begins with a capital letter, and letters, digits and underscores follow").At(raw.Places);
        }

        if (Names.UsedByGeneratedCode.Contains(raw.Class.Name))
        {
            string blame = raw.Values.Find("class") is null ? "name" : "class";
            yield return new SpecFinding(Rules.UnsupportedClass, blame, $"generated code uses the name '{raw.Class.Name}' for something else; give the class another").At(raw.Places);
        }
    }

    private ModelDeclaration CheckTeacher(ModelDeclaration declaration, RawDeclaration raw)
    {
        if (declaration.Spec is not { } student || raw.Values?.FindText("teacher") is not { } name) return declaration;
        if (FindBase(raw, name) is not { } found)
        {
            return Failed(raw, Rules.UnknownModel, "teacher", $"there is no model '{name}' to be distilled from. {Suggestions.Sentence(name, Known)}");
        }

        // A teacher with errors of its own is reported where it is declared.
        return Resolve(found).Spec is { } teacher && Pair.Check(student, teacher, "teacher") is { } finding
            ? declaration with { Spec = null, Findings = new([.. declaration.Findings, finding.At(raw.Places)]) }
            : declaration;
    }

    private IEnumerable<string> Known => _declarations.Concat(_referenced).Select(NameOf).Where(static name => name.Length > 0).Distinct();

    private RawDeclaration? FindBase(RawDeclaration derived, string name) =>
        _declarations.Concat(_referenced)
            .Where(candidate => candidate != derived || NameOf(candidate) == name)
            .FirstOrDefault(candidate => NameOf(candidate) == name || candidate.Class.FullName == name || SimpleName(candidate.Class.FullName) == name);

    private static string NameOf(RawDeclaration raw) => raw.Values?.FindText("name") ?? Spelling.ToSnakeCase(raw.Class.Name);

    private static string SimpleName(string fullName) => fullName.Substring(fullName.LastIndexOf('.') + 1);

    private static string RootOf(string path) => path.Split('.')[0];

    private static ModelDeclaration Failed(RawDeclaration raw, Rule rule, string path, string message) =>
        new(null, raw.Places, new([new SpecFinding(rule, path, message).At(raw.Places)]), raw.File);
}

/// <summary>The models of a project.</summary>
/// <param name="Declarations">Its declarations, checked, in the order in which they were given.</param>
/// <param name="Known">Every model that a recipe may name: the project's own, then those of referenced assemblies.</param>
public sealed record ResolvedModels(ImmutableArray<ModelDeclaration> Declarations, EquatableArray<ModelSpec> Known);
