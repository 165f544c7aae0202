using System.Runtime.Loader;
using System.Text;
using Deit.Models;
using Deit.Testing;
using Deit.Tests.Generators;
using Deit.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace Deit.Tests.Testing;

public sealed class GeneratedCodeTests : IDisposable
{
    private const string Hint = "Sample.Student.g.cs";
    private const string Generated = "namespace Sample;\n\npublic partial class Student\n{\n    public int Forward() => 1;\n}\n";
    private const string Handwritten = "namespace Sample;\n\npublic partial class Student\n{\n    public int Own() => 2;\n}\n\npublic class Other\n{\n    public int Own() => 3;\n}\n";

    private static readonly EmitOptions Portable = new(debugInformationFormat: DebugInformationFormat.PortablePdb);
    private static readonly EmitOptions Embedded = new(debugInformationFormat: DebugInformationFormat.Embedded);

    private readonly TemporaryFolder _folder = new();
    private readonly AssemblyLoadContext _context = new(nameof(GeneratedCodeTests), isCollectible: true);

    public void Dispose()
    {
        _context.Unload();
        _folder.Dispose();
    }

    [Fact]
    public void Code_of_a_referenced_projects_model_is_what_the_generator_writes()
    {
        string declarations = File.ReadAllText(RepositoryRoot.Combine("Deit.Models", "VisionTransformers.cs"));
        string hint = $"{typeof(DeitTinyPatch16_224).FullName}.g.cs";

        KeyValuePair<string, string> file = Assert.Single(GeneratedCode.Read(typeof(DeitTinyPatch16_224)));

        Assert.Equal(hint, file.Key);
        Assert.Equal(GeneratorHost.Run("using Deit;\n" + declarations).Files[hint], file.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Symbols_may_be_part_of_the_assembly_or_lie_beside_it(bool embedded)
    {
        Type student = Compile("Sample.Student", embedded ? Embedded : Portable);

        KeyValuePair<string, string> file = Assert.Single(GeneratedCode.Read(student));

        Assert.Equal(Hint, file.Key);
        Assert.Equal(Generated, file.Value);
    }

    [Fact]
    public void Text_that_is_long_enough_to_be_compressed_is_read_as_it_was()
    {
        string text = Generated + string.Concat(Enumerable.Range(0, 500).Select(static i => $"// line {i}: ×\n"));
        Type student = Compile("Sample.Student", Embedded, text);

        Assert.Equal(text, GeneratedCode.Read(student)[Hint]);
    }

    [Fact]
    public void Code_is_compared_with_the_file_beside_the_test() =>
        GeneratedCode.Verify([Compile("Sample.Student", Embedded)]);

    [Fact]
    public void Missing_symbols_are_named()
    {
        Type student = Compile("Sample.Student", Portable);
        File.Delete(_folder.File("Sample.pdb"));

        AssertNotReadable(student, "has no portable symbols, neither in itself nor in a .pdb file beside it");
    }

    [Fact]
    public void Symbols_of_another_build_are_not_taken()
    {
        Type student = Compile("Sample.Student", Portable);
        using var other = new TemporaryFolder();
        Emit(other, Portable, Generated + "// changed\n", embedSources: true);
        File.Copy(other.File("Sample.pdb"), _folder.File("Sample.pdb"), overwrite: true);

        AssertNotReadable(student, "has no portable symbols");
    }

    [Fact]
    public void Symbols_without_sources_are_named() =>
        AssertNotReadable(Compile("Sample.Student", Embedded, embedSources: false), $"do not embed '{Hint}'");

    [Fact]
    public void Class_that_is_no_model_is_named() =>
        AssertNotReadable(Compile("Sample.Other", Embedded), "name a class that an attribute or a YAML file declares");

    private static void AssertNotReadable(Type model, string why)
    {
        SnapshotException exception = Assert.Throws<SnapshotException>(() => GeneratedCode.Read(model));
        Assert.StartsWith($"The generated code of {model.FullName} cannot be read: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Compiles a handwritten and a generated file, loads the assembly and gives one of its types.</summary>
    private Type Compile(string type, EmitOptions options, string generated = Generated, bool embedSources = true)
    {
        Emit(_folder, options, generated, embedSources);
        return _context.LoadFromAssemblyPath(_folder.File("Sample.dll")).GetType(type, throwOnError: true)!;
    }

    private static void Emit(TemporaryFolder folder, EmitOptions options, string generated, bool embedSources)
    {
        const string path = $"/obj/generated/Deit.Generators/Deit.Generators.DeitGenerator/{Hint}";
        SourceText text = SourceText.From(generated, Encoding.UTF8);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(text, path: path), CSharpSyntaxTree.ParseText(SourceText.From(Handwritten, Encoding.UTF8), path: "/Student.cs")],
            [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new(OutputKind.DynamicallyLinkedLibrary));

        using FileStream assembly = File.Create(folder.File("Sample.dll"));
        using FileStream? symbols = options == Portable ? File.Create(folder.File("Sample.pdb")) : null;
        EmitResult result = compilation.Emit(
            assembly,
            symbols,
            options: options.WithPdbFilePath("Sample.pdb"),
            embeddedTexts: embedSources ? [EmbeddedText.FromSource(path, text)] : null);
        Assert.Empty(result.Diagnostics);
    }
}
