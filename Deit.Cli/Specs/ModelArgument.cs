using System.CommandLine;
using Deit.Compiler;
using Deit.Compiler.Specs;
using Deit.Interchange;

namespace Deit.Cli.Specs;

/// <summary>The argument that names a model to run: one of the zoo, or the file that declares one.</summary>
internal static class ModelArgument
{
    private const string ImageSizeKey = "image_size";

    /// <summary>The argument.</summary>
    public static Argument<string> Create() =>
        new("model") { Description = "The model's name, as 'deit list' shows it, or the YAML file that declares it." };

    /// <summary>Finds or compiles the model.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    /// <exception cref="DeitException">The file that declares it is wrong.</exception>
    public static RegisteredModelAttribute Find(string model) => RecipeModels.IsFile(model) ? SpecAssembly.Compile(model) : Zoo.Find(model);

    /// <summary>The same model for images of another size.</summary>
    /// <param name="model">The model.</param>
    /// <param name="size">Height and width of the images.</param>
    /// <exception cref="UsageException">No model can have that size.</exception>
    /// <exception cref="DeitException">The model cannot have that size.</exception>
    public static RegisteredModelAttribute Resize(RegisteredModelAttribute model, int size)
    {
        if (model.Description.Input[1] == size) return model;
        ModelSpec? spec = GeneratedSpec.Of(model.ModelType);
        if (spec?.Values.Schema.Find(ImageSizeKey) is not { } key)
        {
            throw new DeitException($"{model.Description.Name} has no {ImageSizeKey} to change: leave --image-size out.");
        }

        if (Values.Refuse(key, (long)size) is { } reason) throw new UsageException($"--image-size: {reason}");
        SpecEntry[] values = [.. spec.Values.Entries.Where(static entry => entry.Path != ImageSizeKey), new(ImageSizeKey, (long)size)];
        string yaml = YamlModels.Write(spec with { Values = SpecTable.Create(spec.Values.Schema, values) });

        // Through the front end, which checks what a change of one value means for the others.
        ModelDeclaration resized = ModelResolver.Resolve([YamlModels.Read(model.DeclaredIn, yaml, "Specs")], []).Declarations.Single();
        IEnumerable<string> findings = resized.Spec is { } resolved
            ? ModelCompiler.Compile(resolved).Findings.Select(finding => finding.At(resized.Places).Message)
            : resized.Findings.Select(static finding => finding.Message);
        return findings.FirstOrDefault() is { } finding
            ? throw new DeitException($"{model.Description.Name} cannot take images of {size} pixels: {finding}")
            : SpecAssembly.Compile(resized.Spec!, model.DeclaredIn);
    }
}
