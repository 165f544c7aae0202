using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Emit;

namespace Deit.Compiler.Specs;

/// <summary>The class that a model becomes.</summary>
/// <param name="Namespace">Its namespace, empty for the global one.</param>
/// <param name="ContainingTypes">The partial types it is nested in, outermost first, as they are declared: <c>static class Students</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Accessibility"><c>public</c> or <c>internal</c>.</param>
public sealed record TypeTarget(string Namespace, EquatableArray<string> ContainingTypes, string Name, string Accessibility)
{
    /// <summary>Its name with its namespace and the types it is nested in.</summary>
    public string FullName => string.Join(".", new[] { Namespace }
        .Where(static name => name.Length > 0)
        .Concat(ContainingTypes.Select(static type => type.Substring(type.LastIndexOf(' ') + 1)))
        .Append(Name));

    /// <summary>Its full name as code writes it, with an @ where a part of it is a keyword.</summary>
    public string Reference => string.Join(".", FullName.Split('.').Select(Names.Identifier));
}

/// <summary>A model as declared, whichever way it was written: equal specs give equal code.</summary>
/// <param name="Name">The model's name, as in timm.</param>
/// <param name="Family">The name of its family.</param>
/// <param name="Description">What it is, in the words of its declaration; null where it has none.</param>
/// <param name="Target">The class it becomes.</param>
/// <param name="Values">The values of the family's keys.</param>
/// <param name="Limits">What it must not exceed.</param>
/// <param name="Facts">What is known of it beside its graph.</param>
public sealed record ModelSpec(string Name, string Family, string? Description, TypeTarget Target, SpecTable Values, Budget Limits, ModelFacts Facts)
{
    /// <summary>Activation checkpointing: the units of which a training step keeps the input alone; 0 where it keeps all that its backward pass reads.</summary>
    public long CheckpointEvery { get; init; }
}

/// <summary>What a model must not exceed; null where it may.</summary>
/// <param name="MaxParameters">The most trainable scalars.</param>
/// <param name="MaxMacs">The most multiply-accumulate operations an image.</param>
/// <param name="MaxTrainingBytes">The most memory of a generated training step.</param>
/// <param name="Batch">The images of that step.</param>
public sealed record Budget(long? MaxParameters, long? MaxMacs, long? MaxTrainingBytes, long Batch);

/// <summary>A declaration as a front end read it, before it is known what it derives from.</summary>
/// <param name="File">The path of the file it is in.</param>
/// <param name="Values">What it states, or null where the file cannot be read.</param>
/// <param name="Places">Where that is written.</param>
/// <param name="Findings">What is wrong with it already.</param>
/// <param name="Class">The class it becomes.</param>
public sealed record RawDeclaration(string File, RawTable? Values, PlaceMap Places, EquatableArray<Finding> Findings, TypeTarget Class);

/// <summary>A declaration whose values are checked.</summary>
/// <param name="Spec">The model, or null where it cannot be made of what was read.</param>
/// <param name="Places">Where its values are written.</param>
/// <param name="Findings">What is wrong with it.</param>
/// <param name="File">The path of the file it is in.</param>
public sealed record ModelDeclaration(ModelSpec? Spec, PlaceMap Places, EquatableArray<Finding> Findings, string File);

/// <summary>A model of a referenced assembly, from which models here may derive.</summary>
/// <param name="Class">Its class's name with the namespace.</param>
/// <param name="Spec">Its resolved spec as YAML, which every generated class carries.</param>
public sealed record ReferencedModel(string Class, string Spec);
