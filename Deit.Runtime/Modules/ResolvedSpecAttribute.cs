namespace Deit;

/// <summary>
/// All that a generated class was made of, as YAML; written by the generator. By it, models in other assemblies derive from
/// this one.
/// </summary>
/// <param name="yaml">The spec, its base's values included.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ResolvedSpecAttribute(string yaml) : Attribute
{
    /// <summary>The spec, its base's values included.</summary>
    public string Yaml { get; } = yaml;
}
