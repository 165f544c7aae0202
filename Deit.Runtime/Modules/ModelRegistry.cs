using System.Collections.Immutable;
using System.Reflection;
using Deit.Compiler.Diagnostics;

namespace Deit;

/// <summary>The generated models of some assemblies, found by name.</summary>
public sealed class ModelRegistry
{
    private ModelRegistry(ImmutableArray<RegisteredModelAttribute> models) => Models = models;

    /// <summary>All models in the order of their names.</summary>
    public ImmutableArray<RegisteredModelAttribute> Models { get; }

    /// <summary>Reads the models that the generator registered in <paramref name="assemblies"/>.</summary>
    public static ModelRegistry FromAssemblies(params IEnumerable<Assembly> assemblies) =>
        new([.. assemblies
            .SelectMany(static assembly => assembly.GetCustomAttributes<RegisteredModelAttribute>())
            .OrderBy(static model => model.Description.Name, StringComparer.Ordinal)]);

    /// <summary>The same models and another; one of its name gives way to it.</summary>
    public ModelRegistry With(RegisteredModelAttribute model) =>
        new([.. Models.Where(known => known.Description.Name != model.Description.Name).Append(model).OrderBy(static known => known.Description.Name, StringComparer.Ordinal)]);

    /// <summary>Finds a model by its name.</summary>
    /// <exception cref="DeitException">No model has that name; the message names the nearest ones.</exception>
    public RegisteredModelAttribute Find(string name) =>
        Models.FirstOrDefault(model => model.Description.Name == name)
        ?? throw new DeitException($"There is no model '{name}'. {Suggestions.Sentence(name, Models.Select(static model => model.Description.Name))}");
}
