using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Deit.Compiler;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Families;
using Deit.Compiler.Specs;
using Deit.Generators.Attributes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Deit.Generators;

/// <summary>
/// Declarations in, modules out. Code depends on a model's values alone; diagnostics, which move with every line that is
/// edited, have outputs of their own.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class DeitGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<ProjectSettings> settings = context.AnalyzerConfigOptionsProvider
            .Select(static (options, _) => ProjectSettings.Of(options.GlobalOptions));

        IncrementalValuesProvider<RawDeclaration> fromYaml = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Where(static pair => SpecFiles.Is(pair.Left, SpecFiles.Model, pair.Right))
            .Select(static (pair, _) => pair.Left)
            .Combine(settings)
            .Select(static (pair, token) => YamlModels.Read(pair.Left.Path, pair.Left.GetText(token)?.ToString() ?? "", pair.Right.Namespace))
            .WithTrackingName(TrackingNames.YamlDeclarations);

        IncrementalValueProvider<ImmutableArray<RawDeclaration>> raw = fromYaml.Collect();
        foreach (Family family in Family.All.Where(static family => family.AttributeName is not null))
        {
            IncrementalValuesProvider<RawDeclaration> fromAttributes = context.SyntaxProvider
                .ForAttributeWithMetadataName(family.AttributeName!, AttributeReader.IsTypeDeclaration, (target, token) => AttributeReader.Read(family, target, token))
                .WithTrackingName(TrackingNames.AttributeDeclarations);
            raw = raw.Combine(fromAttributes.Collect()).Select(static (pair, _) => pair.Left.AddRange(pair.Right));
        }

        IncrementalValueProvider<EquatableArray<ReferencedModel>> referenced = context.CompilationProvider
            .Select(static (compilation, token) => ReferencedModels.Of(compilation, token))
            .WithTrackingName(TrackingNames.ReferencedModels);
        IncrementalValueProvider<ResolvedModels> resolved = raw
            .Combine(referenced)
            .Select(static (pair, _) => ModelResolver.Resolve(pair.Left, pair.Right));
        IncrementalValueProvider<ImmutableArray<ModelDeclaration>> all = resolved.Select(static (models, _) => models.Declarations);

        IncrementalValueProvider<EquatableArray<DuplicateModel>> duplicates = all
            .Select(static (declarations, _) => DuplicateModel.Find(declarations))
            .WithTrackingName(TrackingNames.Duplicates);

        IncrementalValuesProvider<ModelSpec> specs = all
            .Combine(duplicates)
            .SelectMany(static (pair, _) => DuplicateModel.Without(pair.Left, pair.Right));
        IncrementalValuesProvider<CompiledSpec> models = specs
            .Select(static (spec, _) => new CompiledSpec(spec, ModelCompiler.Compile(spec)))
            .WithTrackingName(TrackingNames.Models);

        context.RegisterSourceOutput(models, static (output, model) =>
        {
            if (model.Result.Model is { } compiled) output.AddSource($"{model.Spec.Target.FullName.Replace("@", "")}.g.cs", SourceText.From(compiled.Source, Encoding.UTF8));
        });

        IncrementalValueProvider<RegistrySource> registry = models.Collect().Combine(all).Combine(settings)
            .Select(static (pair, _) => RegistrySource.Of(pair.Left.Left, pair.Left.Right, pair.Right.Root))
            .WithTrackingName(TrackingNames.Registry);
        context.RegisterSourceOutput(registry, static (output, source) =>
        {
            if (source.Text.Length > 0) output.AddSource("RegisteredModels.g.cs", SourceText.From(source.Text, Encoding.UTF8));
        });

        IncrementalValuesProvider<EquatableArray<Finding>> recipes = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Where(static pair => SpecFiles.Is(pair.Left, SpecFiles.Recipe, pair.Right))
            .Select(static (pair, token) => RecipeFile.Read(pair.Left.Path, pair.Left.GetText(token)?.ToString() ?? ""))
            .Combine(resolved.Select(static (models, _) => models.Known))
            .Select(static (pair, _) => pair.Left.CheckModels(pair.Right))
            .WithTrackingName(TrackingNames.Recipes);
        context.RegisterSourceOutput(recipes, static (output, findings) => DiagnosticReporter.Report(output, findings));

        context.RegisterSourceOutput(
            all.Combine(duplicates).Combine(models.Collect()).Combine(context.CompilationProvider),
            static (output, pair) => DiagnosticReporter.Report(output, pair.Left.Left.Left, pair.Left.Left.Right, pair.Left.Right, pair.Right));
    }
}
