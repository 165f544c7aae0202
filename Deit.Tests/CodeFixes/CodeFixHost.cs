using System.Collections.Immutable;
using Deit.Tests.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Deit.Tests.CodeFixes;

/// <summary>Runs the generator over a source, and applies what a code fix offers for its diagnostics.</summary>
internal static class CodeFixHost
{
    /// <summary>The titles of the fixes offered, with the sources that they make.</summary>
    public static async Task<IReadOnlyList<(string Title, string Source)>> Offer(CodeFixProvider provider, string source)
    {
        ImmutableArray<Diagnostic> diagnostics = GeneratorHost.Run(source).Result.Diagnostics;
        using var workspace = new AdhocWorkspace();
        Document document = workspace.AddProject("Sample", LanguageNames.CSharp).AddDocument("Source.cs", source);

        var actions = new List<CodeAction>();
        foreach (Diagnostic diagnostic in diagnostics.Where(diagnostic => provider.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            await provider.RegisterCodeFixesAsync(new(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        }

        var offered = new List<(string, string)>();
        foreach (CodeAction action in actions)
        {
            ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None);
            Document changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
            offered.Add((action.Title, (await changed.GetTextAsync()).ToString()));
        }

        return offered;
    }

    /// <summary>Fails where the generator, or the C# compiler with what it made, still finds anything.</summary>
    public static void AssertMended(string source)
    {
        GeneratorHost host = GeneratorHost.Run(source);
        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out _));
    }
}
