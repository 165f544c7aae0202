using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>The class that a model becomes.</summary>
/// <param name="Namespace">Its namespace, empty for the global one.</param>
/// <param name="Name">Its name.</param>
/// <param name="Accessibility"><c>public</c> or <c>internal</c>.</param>
public sealed record TypeTarget(string Namespace, string Name, string Accessibility)
{
    /// <summary>Its name with its namespace.</summary>
    public string FullName => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";
}

/// <summary>A model as declared, whichever way it was written: equal specs give equal code.</summary>
/// <param name="Name">The model's name, as in timm.</param>
/// <param name="Family">The name of its family.</param>
/// <param name="Description">What it is, in the words of its declaration; null where it has none.</param>
/// <param name="Target">The class it becomes.</param>
/// <param name="Values">The values of the family's keys.</param>
public sealed record ModelSpec(string Name, string Family, string? Description, TypeTarget Target, SpecTable Values);

/// <summary>A declaration as a front end read it.</summary>
/// <param name="Spec">The model, or null where it cannot be made of what was read.</param>
/// <param name="Places">Where its values are written.</param>
/// <param name="Findings">What is wrong with it.</param>
/// <param name="File">The path of the file it is in.</param>
public sealed record ModelDeclaration(ModelSpec? Spec, PlaceMap Places, EquatableArray<Finding> Findings, string File);
