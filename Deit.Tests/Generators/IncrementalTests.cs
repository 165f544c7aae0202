using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace Deit.Tests.Generators;

/// <summary>An edit compiles anew what depends on it, and nothing else.</summary>
public sealed class IncrementalTests
{
    private const string Source = "[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3)] public partial class Student;";
    private const string Teacher = "name: teacher\nfamily: regnet\ngroup_width: 8\ndepths: [1]\nwidths: [24]\n";

    [Fact]
    public void An_unrelated_edit_compiles_nothing()
    {
        GeneratorHost host = GeneratorHost.Run(Source, GeneratorHost.Yaml(Teacher));
        host.Edit($"{Source}\nclass Unrelated;");

        Assert.All(Reasons(host), static reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
    }

    [Fact]
    public void A_comment_in_a_spec_compiles_nothing()
    {
        AdditionalText before = GeneratorHost.Yaml(Teacher);
        GeneratorHost host = GeneratorHost.Run(Source, before);
        host.Edit(spec: (before, GeneratorHost.Yaml($"# A comment moves every line.\n{Teacher}")));

        Assert.All(Reasons(host), static reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
    }

    [Fact]
    public void An_edit_of_one_spec_compiles_that_model_alone()
    {
        AdditionalText before = GeneratorHost.Yaml(Teacher);
        GeneratorHost host = GeneratorHost.Run(Source, before);
        host.Edit(spec: (before, GeneratorHost.Yaml(Teacher.Replace("24", "32"))));

        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], Reasons(host));
        Assert.Contains("channels: 32", host.Models["Sample.Teacher.g.cs"]);
    }

    [Fact]
    public void A_finding_moves_with_its_line()
    {
        AdditionalText before = GeneratorHost.Yaml(Teacher.Replace("24", "25"));
        GeneratorHost host = GeneratorHost.Run(Source, before);
        AdditionalText after = GeneratorHost.Yaml($"# A comment.\n{Teacher.Replace("24", "25")}");
        host.Edit(spec: (before, after));

        Assert.Equal("25", host.TextUnder(Assert.Single(host.Result.Diagnostics), after));
    }

    [Fact]
    public void No_step_keeps_a_symbol_or_a_compilation()
    {
        GeneratorHost host = GeneratorHost.Run(Source, GeneratorHost.Yaml(Teacher));
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (IncrementalGeneratorRunStep step in host.Result.Results.Single().TrackedSteps.Where(static step => IsOurs(step.Key)).SelectMany(static step => step.Value))
        {
            foreach ((object value, _) in step.Outputs) Walk(value, seen);
        }

        Assert.NotEmpty(seen);
    }

    private static bool IsOurs(string step) => step is "YamlDeclarations" or "AttributeDeclarations" or "Duplicates" or "Models" or "Registry";

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorHost host) =>
        host.Result.Results.Single().TrackedSteps["Models"].SelectMany(static step => step.Outputs).Select(static output => output.Reason);

    private static void Walk(object? value, HashSet<object> seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || !seen.Add(value)) return;
        Assert.False(value is Compilation or ISymbol or SyntaxNode or SyntaxTree or Location, $"A step keeps a {value.GetType()}.");
        if (value is IEnumerable items)
        {
            foreach (object? item in items) Walk(item, seen);
        }
        else
        {
            foreach (FieldInfo field in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)) Walk(field.GetValue(value), seen);
        }
    }
}
