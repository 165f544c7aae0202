using System.Reflection;
using Deit.Compiler.Specs;
using Deit.Interchange;

namespace Deit.Training;

/// <summary>
/// The declaration of the model that a run trains, kept in its folder as <c>model.yaml</c>: a recipe names a model, and what bears that name
/// may be changed while the run is stopped. Models that were written by hand carry none.
/// </summary>
internal static class DeclaredModel
{
    /// <summary>Writes the declaration into the run's folder.</summary>
    public static void Write(RunFolder folder, RegisteredModelAttribute model)
    {
        if (model.ModelType.GetCustomAttribute<ResolvedSpecAttribute>() is { } resolved) folder.WriteModel(resolved.Yaml + "\n");
    }

    /// <summary>Refuses to continue a run with another model than it began with. What is merely told about a model may differ.</summary>
    /// <exception cref="DeitException">It is another; the message says in which keys.</exception>
    public static void RequireSame(RunFolder folder, RegisteredModelAttribute model)
    {
        if (folder.ReadModel() is not { } yaml) return;
        if (GeneratedSpec.Read(model.ModelType, yaml) is not { } there || GeneratedSpec.Of(model.ModelType) is not { } now) return;
        string[] differences = [.. Differences(there, now)];
        if (differences.Length == 0) return;
        throw new DeitException(
            $"The run in '{folder.Path}' began with another model '{there.Name}': {string.Join(", ", differences)}. "
            + "Declare it as it was, or train the new one in another folder.");
    }

    private static IEnumerable<string> Differences(ModelSpec there, ModelSpec now)
    {
        if (there.Family != now.Family) return [$"family ({there.Family} there, {now.Family} now)"];
        return now.Values.Schema.Leaves()
            .Select(static leaf => leaf.Path)
            .Where(path => !Equals(there.Values.Find(path), now.Values.Find(path)))
            .Select(path => $"{path} ({Show(there.Values.Find(path), now.Values.Find(path))})");
    }

    // The steps of a graph are too many to be shown.
    private static string Show(object? there, object? now) =>
        there is RawList || now is RawList ? "not as they were" : $"{RecipeDifferences.Show(there)} there, {RecipeDifferences.Show(now)} now";
}
