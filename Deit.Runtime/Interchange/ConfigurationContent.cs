using System.Collections.Immutable;
using Deit.Compiler;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>What a configuration says, in the keys of a family.</summary>
/// <param name="Name">What it calls the model.</param>
/// <param name="Family">The family.</param>
/// <param name="Values">Values by their keys.</param>
/// <param name="Preprocessing">How images are prepared; null where it does not say.</param>
/// <param name="LeftOut">What changes nothing but training, and has no key.</param>
internal sealed record ConfigurationContent(
    string Name, string Family, IReadOnlyDictionary<string, object> Values, Preprocessing? Preprocessing, ImmutableArray<string> LeftOut)
{
    /// <summary>The model, checked as the build checks a spec.</summary>
    /// <exception cref="DeitException">Something cannot be expressed, or the values make no model.</exception>
    public ImportedModel ToModel(ConfigurationTable configuration, string name)
    {
        configuration.RequireExpressible();
        string text = SpecText.Yaml(name, Family, description: null, Values.Select(static value => new SpecEntry(value.Key, value.Value)), Preprocessing);
        ModelDeclaration declaration = ModelResolver.Resolve([YamlModels.Read(configuration.Source, text, "Models")], []).Declarations.Single();
        IEnumerable<string> findings = declaration.Spec is { } spec
            ? ModelCompiler.Compile(spec).Findings.Select(finding => finding.At(declaration.Places).Message)
            : declaration.Findings.Select(static finding => finding.Message);
        return findings.FirstOrDefault() is { } fault
            ? throw new DeitException($"'{configuration.Source}' describes no model that can be made: {fault}.")
            : new() { Spec = declaration.Spec!, Preprocessing = Preprocessing, LeftOut = LeftOut, Source = configuration.Source };
    }
}
