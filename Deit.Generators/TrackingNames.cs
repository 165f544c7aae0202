namespace Deit.Generators;

/// <summary>The names of the generator's steps, by which tests see what was cached.</summary>
internal static class TrackingNames
{
    public const string YamlDeclarations = nameof(YamlDeclarations);
    public const string AttributeDeclarations = nameof(AttributeDeclarations);
    public const string ReferencedModels = nameof(ReferencedModels);
    public const string Duplicates = nameof(Duplicates);
    public const string Models = nameof(Models);
    public const string Recipes = nameof(Recipes);
    public const string Registry = nameof(Registry);
}
