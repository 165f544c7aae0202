using System.Collections.Immutable;
using System.Composition;
using System.Threading.Tasks;
using Deit.Compiler.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Deit.Generators.CodeFixes;

/// <summary>
/// Sets a value in a model's attribute to one of those that the compiler proposes: a width or a number of heads (DEIT010), the
/// size of the images or of a patch (DEIT011), the width of a stage (DEIT012). What to write travels with the diagnostic.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SetValueCodeFix))]
[Shared]
public sealed class SetValueCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
        [Rules.WidthNotDivisibleByHeads.Id, Rules.ImageNotDivisibleByPatch.Id, Rules.GroupWidthMismatch.Id];

    /// <summary>None: each model needs a decision of its own.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<AttributeSyntax>() is not { } attribute) continue;

            foreach (Fix fix in FixProperties.Read(diagnostic.Properties))
            {
                var argument = AttributeArgument.Find(attribute, fix.Path);
                if (argument.Set(attribute, fix.Value) is not { } mended) continue;

                string title = $"Set {argument} to {fix.Value}";
                context.RegisterCodeFix(
                    CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(attribute, mended))), equivalenceKey: title),
                    diagnostic);
            }
        }
    }
}
