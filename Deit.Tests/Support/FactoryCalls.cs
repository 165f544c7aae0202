using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TorchSharp;

namespace Deit.Tests.Support;

/// <summary>
/// Finds calls of torch that make a tensor and do not say on which device. Such a tensor is on the default device, so code that works
/// on a CPU fails on a GPU, and no test without one notices. A list of banned symbols cannot say it: TorchSharp's factories take the
/// device as an optional argument.
/// </summary>
internal static class FactoryCalls
{
    private const string GlobalUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The names of torch's static methods that give a tensor and take a device.</summary>
    public static IReadOnlySet<string> Names { get; } = typeof(torch).GetMethods()
        .Where(static method => method.IsStatic && method.ReturnType == typeof(torch.Tensor) && method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(torch.Device)))
        .Select(static method => method.Name)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The calls in some files that name no device: file, line and call.</summary>
    /// <param name="files">Paths and texts; what they use of each other is resolved.</param>
    public static IReadOnlyList<string> WithoutDevice(IEnumerable<(string Path, string Text)> files)
    {
        SyntaxTree[] trees = [CSharpSyntaxTree.ParseText(GlobalUsings), .. files.Select(static file => CSharpSyntaxTree.ParseText(file.Text, path: file.Path))];
        CSharpCompilation? compilation = null;
        var found = new List<string>();
        foreach (SyntaxTree tree in trees)
        {
            InvocationExpressionSyntax[] calls = [.. tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Where(static call => Names.Contains(NameOf(call)) && !StatesDevice(call))];
            if (calls.Length == 0) continue;

            compilation ??= CSharpCompilation.Create("FactoryCalls", trees, References(), new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
            SemanticModel model = compilation.GetSemanticModel(tree);
            found.AddRange(calls.Where(call => IsFactoryWithoutDevice(model, call)).Select(call =>
                FormattableString.Invariant($"{tree.FilePath}({call.GetLocation().GetLineSpan().StartLinePosition.Line + 1}): {call}")));
        }

        return found;
    }

    private static string NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        _ => "",
    };

    private static bool StatesDevice(InvocationExpressionSyntax call) =>
        call.ArgumentList.Arguments.Any(static argument => argument.NameColon?.Name.Identifier.ValueText == "device" && !argument.Expression.IsKind(SyntaxKind.NullLiteralExpression));

    /// <summary>Whether it is torch's method, and no argument by its place is a device. A call that does not bind is taken for one of torch's if that is a candidate.</summary>
    private static bool IsFactoryWithoutDevice(SemanticModel model, InvocationExpressionSyntax call)
    {
        SymbolInfo info = model.GetSymbolInfo(call);
        ISymbol? symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        if (symbol is not IMethodSymbol { IsStatic: true, ContainingType: { Name: "torch", ContainingNamespace.Name: "TorchSharp" } }) return false;
        return !call.ArgumentList.Arguments.Any(argument => model.GetTypeInfo(argument.Expression).Type is { Name: "Device", ContainingType.Name: "torch" });
    }

    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => path.EndsWith(".dll", StringComparison.Ordinal) && !Path.GetFileName(path).StartsWith("Deit.", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path));
}
