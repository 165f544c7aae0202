using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Deit.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Deit.Benchmarks;

/// <summary>A project in memory that holds nothing but model specs, transformers and convolutional networks in turns.</summary>
internal sealed class SpecProject
{
    private const string Root = "/project";
    private static readonly ImmutableArray<int> Depths = [12, 13];

    private static readonly CSharpCompilation Compilation = CSharpCompilation.Create(
        "Project",
        references: ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path)),
        options: new(OutputKind.DynamicallyLinkedLibrary));

    private readonly ImmutableArray<Spec> _specs;
    private readonly ImmutableArray<Spec> _edited;
    private GeneratorDriver _driver;
    private int _edits;

    /// <summary>Makes the project and generates it once.</summary>
    /// <param name="specs">Number of specs.</param>
    public SpecProject(int specs)
    {
        _specs = [.. Enumerable.Range(0, specs).Select(static number => Spec.Of(number, Depths[0]))];
        _edited = [.. Depths.Select(static depth => Spec.Of(0, depth))];
        _driver = RunDriver();
    }

    /// <summary>Generates every model, with nothing remembered from before.</summary>
    public void Generate() => RunDriver();

    /// <summary>Changes the depth of one model, and generates what depends on it.</summary>
    public void EditAndGenerate()
    {
        Spec before = _edits == 0 ? _specs[0] : _edited[_edits % _edited.Length];
        Spec after = _edited[++_edits % _edited.Length];
        _driver = Run(_driver.ReplaceAdditionalText(before, after));
    }

    private GeneratorDriver RunDriver() =>
        Run(CSharpGeneratorDriver.Create([new DeitGenerator().AsSourceGenerator()], _specs, optionsProvider: new Options()));

    private GeneratorDriver Run(GeneratorDriver driver)
    {
        const int Registry = 1;
        GeneratorDriver after = driver.RunGenerators(Compilation);
        GeneratorDriverRunResult result = after.GetRunResult();
        return result.Diagnostics.IsEmpty && result.GeneratedTrees.Length == _specs.Length + Registry
            ? after
            : throw new DeitException($"{result.GeneratedTrees.Length} files came of {_specs.Length} specs: {string.Join(' ', result.Diagnostics)}");
    }

    private sealed class Spec(string path, string text) : AdditionalText
    {
        private readonly SourceText _text = SourceText.From(text);

        public override string Path { get; } = path;

        public static Spec Of(int number, int depth)
        {
            string family = number % 2 == 0
                ? "family: vision_transformer\nembed_dim: 192\nheads: 3"
                : "family: regnet\nw0: 24\nwa: 36.44\nwm: 2.49\ngroup_width: 8";
            return new($"{Root}/specs/model_{number}.yaml", $"name: model_{number}\n{family}\ndepth: {depth}\n");
        }

        public override SourceText GetText(CancellationToken cancellationToken = default) => _text;
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        private static readonly Values None = new([]);
        private static readonly Values Model = new(new() { ["build_metadata.AdditionalFiles.DeitKind"] = "model" });

        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(new()
        {
            ["build_property.RootNamespace"] = "Project",
            ["build_property.DeitRoot"] = Root,
        });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => None;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => Model;
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}
