using System.Reflection;
using System.Runtime.Loader;
using Deit.Compiler;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Deit.Cli.Specs;

/// <summary>Compiles a spec that is in no project to a model that runs: what the generator and the C# compiler would have made of it.</summary>
internal static class SpecAssembly
{
    /// <summary>Compiles the model that a file declares.</summary>
    /// <exception cref="DeitException">The file declares none, or it has errors; they are printed as the compiler prints them.</exception>
    public static RegisteredModelAttribute Compile(string path) => Compile(Load(path), path);

    /// <summary>Compiles a spec that was checked.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="path">Where it is from.</param>
    public static RegisteredModelAttribute Compile(ModelSpec spec, string path)
    {
        string registration = $"[assembly: Deit.RegisteredModelAttribute<{spec.Target.FullName}>({Literal(path)})]";
        CSharpCompilation compilation = CSharpCompilation.Create(
            $"Deit.Specs.{spec.Name}",
            [CSharpSyntaxTree.ParseText(ModelCompiler.Compile(spec).Model!.Source), CSharpSyntaxTree.ParseText(registration)],
            [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static file => MetadataReference.CreateFromFile(file))],
            new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

        using var image = new MemoryStream();
        if (compilation.Emit(image) is { Success: false } failed)
        {
            throw new InvalidOperationException($"The code generated for {path} does not compile: {failed.Diagnostics.First(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
        }

        image.Position = 0;

        // A context of its own: the same spec, or one of its name, may have been compiled before.
        return new AssemblyLoadContext(spec.Name).LoadFromStream(image).GetCustomAttributes<RegisteredModelAttribute>().Single();
    }

    /// <summary>Reads, resolves and checks the model that a file declares, without running it.</summary>
    /// <exception cref="DeitException">The file declares none, or it has errors.</exception>
    public static ModelSpec Load(string path)
    {
        SpecFiles files = SpecFiles.Check([path]);
        if (files.Findings.Length > 0) throw new DeitException(string.Join('\n', files.Findings));
        return files.Models.Declarations.FirstOrDefault()?.Spec ?? throw new DeitException($"'{path}' is a recipe, not a model.");
    }

    private static string Literal(string text) => SymbolDisplay.FormatLiteral(text, quote: true);
}
