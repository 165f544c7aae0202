using Deit.Models;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Deit.Tests.Generators;

/// <summary>The program in the README compiles; what must not be distilled does not.</summary>
public sealed class ConstraintTests
{
    private const string Students = """
        [Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, Distilled = true)] public partial class Distilled;
        [Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3)] public partial class Plain;
        """;

    [Fact]
    public void The_program_in_the_readme_compiles()
    {
        string program = Program("Recipe.Load");
        AssertCompiles(program);
        Assert.True(program.Split('\n').Length <= 15, "The README promises about ten lines.");
    }

    [Fact]
    public void What_the_readme_does_with_weights_compiles() => AssertCompiles($"using Deit.Checkpoints; using Deit.Models;\n{Program("Weights.Load")}");

    private static string Program(string holds) =>
        Blocks(File.ReadAllText(RepositoryRoot.Combine("README.md")), "csharp").Single(code => code.Contains(holds, StringComparison.Ordinal));

    private static void AssertCompiles(string program)
    {
        string usings = "global using System; global using System.IO; global using System.Linq;\n";
        MetadataReference[] references =
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path)),
        ];
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Program", [CSharpSyntaxTree.ParseText(usings), CSharpSyntaxTree.ParseText(program)], references, new(OutputKind.ConsoleApplication));

        Assert.Empty(compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
    }

    [Fact]
    public void The_declarations_in_the_readme_compile()
    {
        string readme = File.ReadAllText(RepositoryRoot.Combine("README.md"));
        string[] classes = [.. Blocks(readme, "csharp").Where(static code => code.Contains("partial class", StringComparison.Ordinal))];
        string[] specs = [.. Blocks(readme, "yaml")];
        MetadataReference zoo = MetadataReference.CreateFromFile(typeof(DeitTinyPatch16_224).Assembly.Location);

        // A model and a study.
        Assert.Equal((2, 2), (classes.Length, specs.Length));
        GeneratorHost host = GeneratorHost.Run(
            $"using Deit; using Deit.Models;\n{string.Concat(classes).Replace("using Deit;", "")}", [zoo], [.. specs.Select(static (text, i) => GeneratorHost.Yaml(text, $"specs/{i}.yaml"))]);
        Assert.Empty(host.Result.Diagnostics);
        Assert.Empty(host.Compile(out _));
    }

    [Theory]
    [InlineData("Distilled", null)]
    [InlineData("Plain", "CS0311")]
    public void Only_a_distilled_student_can_be_distilled(string student, string? error)
    {
        GeneratorHost host = GeneratorHost.Run($"{Students}\nclass Use {{ Deit.Training.DistillingTrainer<{student}>? trainer; public object? Trainer => trainer; }}");
        host.Compile(out CSharpCompilation output);

        Assert.Equal(error, output.GetDiagnostics().SingleOrDefault(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)?.Id);
    }

    [Theory]
    [InlineData("Plain", null)]
    [InlineData("Distilled", "CS0311")]
    public void A_distilled_student_needs_a_distilling_trainer(string student, string? error)
    {
        GeneratorHost host = GeneratorHost.Run($"{Students}\nclass Use {{ Deit.Training.Trainer<{student}>? trainer; public object? Trainer => trainer; }}");
        host.Compile(out CSharpCompilation output);

        Assert.Equal(error, output.GetDiagnostics().SingleOrDefault(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)?.Id);
    }

    private static IEnumerable<string> Blocks(string page, string language) => page.Split($"```{language}\n").Skip(1).Select(static part => part.Split("\n```")[0]);
}
