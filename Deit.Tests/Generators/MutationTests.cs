using System.Globalization;
using System.Text;
using Deit.Tests.Specs;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Deit.Tests.Generators;

/// <summary>
/// Every spec of the repository, damaged at random: the generator never fails, a model compiles or its file is reported, and
/// other models are what they were. The same seeds give the same mutants; <c>DEIT_LONG=1</c> makes thousands of each spec.
/// </summary>
public sealed class MutationTests
{
    private const int Seed = 20260;
    private static readonly int Mutants = Environment.GetEnvironmentVariable("DEIT_LONG") == "1" ? 4000 : 250;

    // Compiling C# takes far longer than generating it.
    private static readonly int MostCompiled = Mutants / 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Sorted before the mutant: of two models of one name, the later file is reported.
    private static readonly string[] Untouched = ["regnety_002", "regnety_digits"];

    private static readonly string[] Donors = [.. Files("models").Concat(Files("recipes")).Select(File.ReadAllText), .. WrittenHere];

    /// <summary>Specs of what the repository's own do not use.</summary>
    private static string[] WrittenHere =>
    [
        "name: student\nfamily: vision_transformer\nimage_size: 32\npatch_size: 8\nembed_dim: 24\ndepth: 3\nheads: [2, 3, 4]\nmlp_ratio: [1, 2, 0.5]\ndrop_path: [0, 0.1, 0.5]\ninit_values: 1e-5\nqk_norm: true\nstem: conv\nregisters: 2\npool: token\ndistilled: true\nteacher: regnety_digits\nclasses: 10\nmax_parameters: 1000000\n",
        "name: derived\nbase: regnety_002\nclasses: 12\nse_ratio: 0\ndescription: |\n  Two lines,\n  \"quoted\".\n",
        "name: anchored\nfamily: regnet\ndepths: &list [1, 2]\nwidths: [16, 24]\ngroup_width: 8\nimage_size: 32\n",
        "name: published\nbase: regnety_digits\npaper: 2003.13678\npreprocessing: {crop_pct: 0.9, interpolation: bilinear, mean: [0.5, 0.5, 0.5]}\nweights:\n  - {tag: a, url: \"https://example.org/a.pth\", source: here, top1: 70.5}\n  - tag: b\n    url: https://example.org/b.pth\n    source: there\n    image_size: 64\n",
    ];

    /// <summary>What is damaged: files, and specs written here by their number. A derived model says little, and one of them is written here.</summary>
    public static TheoryData<string> Models => [.. Files("models").Where(static path => !JsonSchemaFiles.Derives(path)).Select(static path => Path.GetFileName(path)!), .. WrittenHere.Select(static (_, i) => i.ToString(CultureInfo.InvariantCulture))];

    public static TheoryData<string> Recipes => [.. Files("recipes").Select(static path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_damaged_model_compiles_or_is_reported_and_others_are_what_they_were(string spec) =>
        Assert.True(1 < Damage(int.TryParse(spec, CultureInfo.InvariantCulture, out int number) ? WrittenHere[number] : File.ReadAllText(RepositoryRoot.Combine("specs", "models", spec)), "specs/models/zz.yaml"), "no damaged model compiles: the damage is too great to test anything");

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_damaged_recipe_is_read_or_reported_and_models_are_what_they_were(string recipe) =>
        Damage(File.ReadAllText(RepositoryRoot.Combine("specs", "recipes", recipe)), "specs/recipes/zz.yaml");

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(RepositoryRoot.Combine("specs", folder), "*.yaml").Order(StringComparer.Ordinal);

    /// <summary>Checks mutants, and gives the number of different models that some of them are.</summary>
    private static int Damage(string text, string path)
    {
        // A study has no name of this kind, and is none of the models.
        string? name = text.Split('\n').FirstOrDefault(static line => line.StartsWith("name: ", StringComparison.Ordinal))?[6..];
        AdditionalText[] others = [.. Untouched.Where(other => other != name).Select(static other => GeneratorHost.Yaml(File.ReadAllText(RepositoryRoot.Combine("specs", "models", $"{other}.yaml")), $"specs/models/{other}.yaml"))];
        AdditionalText spec = GeneratorHost.Yaml(text, path);
        IReadOnlyDictionary<string, string> expected = GeneratorHost.Run("", others).Models;
        GeneratorHost host = GeneratorHost.Run("", [.. others, spec]);
        var mutator = new SpecMutator(new Random(Seed), Donors);
        var compiled = new HashSet<string>();

        for (int i = 0; i < Mutants; i++)
        {
            AdditionalText mutant = GeneratorHost.Yaml(mutator.Mutate(text), path);
            AdditionalText before = spec;
            spec = mutant;
            RunToTheEnd(() => Check(host, before, mutant, expected, compiled), $"Mutant {i.ToString(CultureInfo.InvariantCulture)}:\n{Visible(mutant.GetText()!.ToString())}");
        }

        return compiled.Count;
    }

    private static void Check(GeneratorHost host, AdditionalText before, AdditionalText mutant, IReadOnlyDictionary<string, string> expected, HashSet<string> compiled)
    {
        host.Edit(spec: (before, mutant));

        Assert.All(host.Result.Results, static result => Assert.Null(result.Exception));
        foreach (Diagnostic diagnostic in host.Result.Diagnostics)
        {
            Assert.StartsWith("DEIT", diagnostic.Id);
            Assert.NotEqual("DEIT099", diagnostic.Id);
            Assert.Equal(mutant.Path, diagnostic.Location.GetLineSpan().Path);
            host.TextUnder(diagnostic, mutant);
        }

        IReadOnlyDictionary<string, string> models = host.Models;
        Assert.All(expected, other => Assert.Equal(other.Value, models[other.Key]));
        string? source = models.Where(model => !expected.ContainsKey(model.Key)).Select(static model => model.Value).SingleOrDefault();
        Assert.True(mutant.Path.Contains("/recipes/", StringComparison.Ordinal) || source is null != host.Result.Diagnostics.IsEmpty, "a model compiles or is reported");
        if (source is null || !compiled.Add(source)) return;

        Assert.Empty(CSharpSyntaxTree.ParseText(source).GetDiagnostics());
        if (compiled.Count <= MostCompiled) Assert.Empty(host.Compile(out _));
    }

    /// <summary>Runs on a thread of its own, so that what never ends is told from what takes long, and of a small stack.</summary>
    private static void RunToTheEnd(Action check, string mutant)
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(check), 512 * 1024) { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(Patience), $"The generator does not come to an end. {mutant}");
        if (thrown is not null) Assert.Fail($"{thrown.Message}\n{mutant}\n{thrown.StackTrace}");
    }

    private static string Visible(string text)
    {
        var visible = new StringBuilder();
        foreach (char character in text)
        {
            if (character == '\n' || (character >= ' ' && character <= '~')) visible.Append(character);
            else visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return visible.ToString();
    }
}
