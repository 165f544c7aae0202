using System.CommandLine;
using Deit.Compiler.Diagnostics;
using Deit.Models;

namespace Deit.Cli;

/// <summary>The models that the command knows: those of Deit.Models.</summary>
internal static class Zoo
{
    /// <summary>All models.</summary>
    public static ModelRegistry Models { get; } = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    /// <summary>The argument that names one.</summary>
    public static Argument<string> Argument() => new("model") { Description = "The model's name, as 'deit list' shows it." };

    /// <summary>Finds a model that the command line names.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public static RegisteredModelAttribute Find(string name)
    {
        string[] names = [.. Models.Models.Select(static model => model.Description.Name)];
        return names.Contains(name) ? Models.Find(name) : throw new UsageException($"There is no model '{name}'. {Suggestions.Sentence(name, names)}");
    }
}
