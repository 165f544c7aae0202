using System.Collections.Immutable;
using Deit.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Deit.Tests.Generators;

/// <summary>Runs the generator in memory, over C# and YAML texts.</summary>
internal sealed class GeneratorHost
{
    public const string Namespace = "Sample";
    private const string Root = "/project";

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static path => !Path.GetFileName(path).StartsWith("Deit.Models", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    private GeneratorDriver _driver;

    private GeneratorHost(CSharpCompilation compilation, GeneratorDriver driver)
    {
        Compilation = compilation;
        _driver = driver.RunGenerators(compilation);
    }

    /// <summary>The compilation without what was generated.</summary>
    public CSharpCompilation Compilation { get; private set; }

    public GeneratorDriverRunResult Result => _driver.GetRunResult();

    /// <summary>The generated files by their hint names.</summary>
    public IReadOnlyDictionary<string, string> Files => Result.Results
        .SelectMany(static result => result.GeneratedSources)
        .ToDictionary(static source => source.HintName, static source => source.SourceText.ToString());

    /// <summary>The generated files of models, without the registry.</summary>
    public IReadOnlyDictionary<string, string> Models => Files
        .Where(static file => file.Key != "RegisteredModels.g.cs")
        .ToDictionary(static file => file.Key, static file => file.Value);

    public static AdditionalText Yaml(string text, string name = "specs/models/model.yaml") => new InMemoryText($"{Root}/{name}", text);

    public static GeneratorHost Run(string source = "", params AdditionalText[] specs) => Run(source, [], specs);

    public static GeneratorHost Run(string source, MetadataReference[] references, params AdditionalText[] specs)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(source, path: $"{Root}/Source.cs")],
            [.. References, .. references],
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return new(compilation, CSharpGeneratorDriver.Create(
            [new DeitGenerator().AsSourceGenerator()],
            specs,
            optionsProvider: new Options(),
            driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true)));
    }

    /// <summary>Runs once more, after the source or a spec was edited.</summary>
    public void Edit(string? source = null, (AdditionalText Old, AdditionalText New)? spec = null)
    {
        if (source is not null) Compilation = Compilation.ReplaceSyntaxTree(Compilation.SyntaxTrees[0], CSharpSyntaxTree.ParseText(source, path: $"{Root}/Source.cs"));
        if (spec is { } change) _driver = _driver.ReplaceAdditionalText(change.Old, change.New);
        _driver = _driver.RunGenerators(Compilation);
    }

    /// <summary>What the C# compiler says of the project with everything generated; hidden remarks left out.</summary>
    public ImmutableArray<Diagnostic> Compile(out CSharpCompilation output)
    {
        output = Compilation.AddSyntaxTrees(Result.GeneratedTrees);
        return [.. output.GetDiagnostics().Where(static diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id is not ("CS1701" or "CS1702"))];
    }

    /// <summary>The text under a diagnostic's squiggle.</summary>
    public string TextUnder(Diagnostic diagnostic, params AdditionalText[] specs)
    {
        Location location = diagnostic.Location;
        SourceText text = location.SourceTree?.GetText() ?? specs.Single(spec => spec.Path == location.GetLineSpan().Path).GetText()!;
        // The span and the lines are stated apart: both must lead to the same text.
        FileLinePositionSpan lines = location.GetLineSpan();
        Assert.Equal(location.SourceSpan, text.Lines.GetTextSpan(lines.Span));
        return text.ToString(location.SourceSpan);
    }

    private sealed class InMemoryText(string path, string content) : AdditionalText
    {
        public override string Path { get; } = path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) => SourceText.From(content);
    }

    private sealed class Values(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        private static readonly Values None = new([]);
        private static readonly Values Model = new(new() { ["build_metadata.AdditionalFiles.DeitKind"] = "model" });
        private static readonly Values Recipe = new(new() { ["build_metadata.AdditionalFiles.DeitKind"] = "recipe" });

        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(new()
        {
            ["build_property.RootNamespace"] = Namespace,
            ["build_property.DeitRoot"] = Root,
        });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => None;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            textFile.Path.Contains("/models/", StringComparison.Ordinal) ? Model
            : textFile.Path.Contains("/recipes/", StringComparison.Ordinal) ? Recipe
            : None;
    }
}
