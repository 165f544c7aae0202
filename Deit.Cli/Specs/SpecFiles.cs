using System.Collections.Immutable;
using System.Reflection;
using Deit.Compiler;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;

namespace Deit.Cli.Specs;

/// <summary>Specs that are in no project: read, resolved against each other and the zoo, and checked as the build checks them.</summary>
internal sealed class SpecFiles
{
    private SpecFiles(ResolvedModels models, ImmutableArray<Finding> findings)
    {
        Models = models;
        Findings = findings;
    }

    /// <summary>The models.</summary>
    public ResolvedModels Models { get; }

    /// <summary>What is wrong with models and recipes, in the order of the files.</summary>
    public ImmutableArray<Finding> Findings { get; }

    /// <summary>Reads and checks files.</summary>
    /// <param name="paths">Models and recipes; which is which is told by what they say, and where that is unclear, by their folder.</param>
    /// <exception cref="DeitException">A file cannot be read.</exception>
    public static SpecFiles Check(IReadOnlyList<string> paths)
    {
        (string Path, string Text)[] files = [.. paths.Select(static path => (path, ReadText(path)))];
        RawDeclaration[] declarations = [.. files.Where(static file => !IsRecipe(file.Path, file.Text)).Select(static file => YamlModels.Read(file.Path, file.Text, "Specs"))];
        ResolvedModels models = ModelResolver.Resolve(declarations, Zoo());
        EquatableArray<DuplicateModel> duplicates = DuplicateModel.Find(models.Declarations);

        IEnumerable<Finding> ofModels = models.Declarations.SelectMany(declaration => declaration.Findings
            .Concat(declaration.Spec is { } spec ? ModelCompiler.Compile(spec).Findings.Select(finding => finding.At(declaration.Places)) : []));
        IEnumerable<Finding> ofRecipes = files
            .Where(static file => IsRecipe(file.Path, file.Text))
            .SelectMany(file => RecipeFile.Read(file.Path, file.Text).CheckModels(models.Known));
        return new(models, [.. ofModels.Concat(duplicates.Select(static duplicate => duplicate.Finding)).Concat(ofRecipes)
            .OrderBy(static finding => finding.Place.File, StringComparer.Ordinal).ThenBy(static finding => finding.Place.Start)]);
    }

    private static IEnumerable<ReferencedModel> Zoo() => Cli.Zoo.Models.Models.Select(static model =>
        new ReferencedModel(model.ModelType.FullName!, model.ModelType.GetCustomAttribute<ResolvedSpecAttribute>()!.Yaml));

    private static bool IsRecipe(string path, string text)
    {
        string[] keys = [.. text.Split('\n').Where(static line => line.Length > 0 && char.IsLetter(line[0])).Select(static line => line.Split(':')[0])];
        if (keys.Contains(StudyReader.Mark)) return true;
        if (keys.Contains("family") || keys.Contains("base")) return false;
        return keys.Contains("student") || Path.GetFullPath(path).Replace('\\', '/').Contains("/recipes/", StringComparison.Ordinal);
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DeitException($"The spec '{path}' cannot be read: {exception.Message}", exception);
        }
    }
}
