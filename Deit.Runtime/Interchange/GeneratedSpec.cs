using System.Reflection;
using Deit.Compiler.Specs;

namespace Deit.Interchange;

/// <summary>The spec that a generated class was made of, which it carries with it (<see cref="ResolvedSpecAttribute"/>).</summary>
public static class GeneratedSpec
{
    /// <summary>The spec of a class; null of a class that was written by hand.</summary>
    /// <param name="model">The generated class.</param>
    public static ModelSpec? Of(Type model) => model.GetCustomAttribute<ResolvedSpecAttribute>() is { } attribute ? Read(model, attribute.Yaml) : null;

    /// <summary>A resolved spec of a class; null where it is none.</summary>
    internal static ModelSpec? Read(Type model, string yaml) => ModelResolver.Resolve([], [new(model.FullName!, yaml)]).Known.SingleOrDefault();
}
