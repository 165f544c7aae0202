using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;

namespace Deit.Compiler.Specs;

/// <summary>A model whose name, or whose class, another model has already: it is reported and not generated.</summary>
/// <param name="Finding">The finding, at the later of both declarations.</param>
/// <param name="Declared">Where the later one is declared, by which it is told from the earlier.</param>
public sealed record DuplicateModel(Finding Finding, Place Declared)
{
    /// <summary>Finds the models that come too late, in the order of their files.</summary>
    public static EquatableArray<DuplicateModel> Find(ImmutableArray<ModelDeclaration> declarations)
    {
        var names = new Dictionary<string, ModelDeclaration>(StringComparer.Ordinal);
        var classes = new Dictionary<string, ModelDeclaration>(StringComparer.OrdinalIgnoreCase);
        var duplicates = new List<DuplicateModel>();
        foreach (ModelDeclaration declaration in declarations
            .Where(static declaration => declaration.Spec is not null)
            .OrderBy(static declaration => declaration.File, StringComparer.Ordinal)
            .ThenBy(static declaration => declaration.Places.Declaration.Start))
        {
            ModelSpec spec = declaration.Spec!;
            if (names.TryGetValue(spec.Name, out ModelDeclaration? first))
            {
                duplicates.Add(Of(declaration, "name", $"the model '{spec.Name}' is declared already, in {Where(first)}; give this one another name"));
            }
            else if (classes.TryGetValue(spec.Target.FullName, out first))
            {
                duplicates.Add(Of(declaration, "class", $"the class '{spec.Target.FullName}' is made already, of the model '{first.Spec!.Name}' in {Where(first)}; state another {{class}}"));
            }
            else
            {
                names.Add(spec.Name, declaration);
                classes.Add(spec.Target.FullName, declaration);
            }
        }

        return new(duplicates);
    }

    /// <summary>The models that are left.</summary>
    public static IEnumerable<ModelSpec> Without(ImmutableArray<ModelDeclaration> declarations, EquatableArray<DuplicateModel> duplicates) =>
        declarations
            .Where(declaration => declaration.Spec is not null && !duplicates.Any(duplicate => duplicate.Declared == declaration.Places.Declaration))
            .Select(static declaration => declaration.Spec!);

    private static DuplicateModel Of(ModelDeclaration declaration, string key, string message)
    {
        string blame = declaration.Places.Keys.Any(place => place.Path == key) ? key : "name";
        return new(new SpecFinding(Rules.DuplicateModel, blame, message).At(declaration.Places), declaration.Places.Declaration);
    }

    private static string Where(ModelDeclaration declaration) => System.IO.Path.GetFileName(declaration.File);
}
