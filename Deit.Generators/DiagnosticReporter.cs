using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Deit.Generators;

/// <summary>Reports the compiler's findings as diagnostics of the build.</summary>
internal static class DiagnosticReporter
{
    /// <summary>Reports what front ends, the comparison of names and the compiler found.</summary>
    public static void Report(
        SourceProductionContext output,
        ImmutableArray<ModelDeclaration> declarations,
        EquatableArray<DuplicateModel> duplicates,
        ImmutableArray<CompiledSpec> models,
        Compilation compilation)
    {
        IEnumerable<Finding> compiled = models
            .Where(static model => model.Result.Findings.Count > 0)
            .SelectMany(model => model.Result.Findings.Select(finding => finding.At(declarations.First(declaration => model.Spec.Equals(declaration.Spec)).Places)));
        IEnumerable<Finding> all = declarations
            .SelectMany(static declaration => declaration.Findings)
            .Concat(duplicates.Select(static duplicate => duplicate.Finding))
            .Concat(compiled);
        foreach (Finding finding in all) output.ReportDiagnostic(Describe(finding, Locate(finding.Place, compilation)));
    }

    /// <summary>Reports what was found in a file that is not C#.</summary>
    public static void Report(SourceProductionContext output, EquatableArray<Finding> findings)
    {
        foreach (Finding finding in findings) output.ReportDiagnostic(Describe(finding, InFile(finding.Place)));
    }

    private static Diagnostic Describe(Finding finding, Location location) =>
        Diagnostic.Create(Descriptors.Of(finding.Rule), location, FixProperties.Of(finding.Fixes), finding.Message);

    // In C# a real source location, which #pragma and .editorconfig can silence; in other files the place alone.
    private static Location Locate(Place place, Compilation compilation)
    {
        var span = new TextSpan(place.Start, place.Length);
        SyntaxTree? tree = compilation.SyntaxTrees.FirstOrDefault(tree => tree.FilePath == place.File && tree.Length >= span.End);
        return tree is not null ? Location.Create(tree, span) : InFile(place);
    }

    private static Location InFile(Place place) => Location.Create(
        place.File, new(place.Start, place.Length), new(new(place.StartLine, place.StartColumn), new(place.EndLine, place.EndColumn)));
}
