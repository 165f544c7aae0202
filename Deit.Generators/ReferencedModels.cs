using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Deit.Compiler;
using Deit.Compiler.Specs;
using Microsoft.CodeAnalysis;

namespace Deit.Generators;

/// <summary>Finds the models of referenced assemblies, from which models here may derive.</summary>
internal static class ReferencedModels
{
    private const string Runtime = "Deit.Runtime";

    /// <summary>The models that the generator registered in referenced assemblies, each with its resolved spec.</summary>
    public static EquatableArray<ReferencedModel> Of(Compilation compilation, CancellationToken token)
    {
        var models = new List<ReferencedModel>();
        foreach (IAssemblySymbol assembly in compilation.SourceModule.ReferencedAssemblySymbols.Where(MayHaveModels))
        {
            token.ThrowIfCancellationRequested();
            models.AddRange(assembly.GetAttributes()
                .Where(static attribute => attribute.AttributeClass is { Name: "RegisteredModelAttribute", TypeArguments.Length: 1 })
                .Select(static attribute => attribute.AttributeClass!.TypeArguments[0])
                .Select(static model => (Model: model, Spec: SpecOf(model)))
                .Where(static pair => pair.Spec is not null)
                .Select(static pair => new ReferencedModel(pair.Model.ToDisplayString(), pair.Spec!)));
        }

        return new(models);
    }

    private static bool MayHaveModels(IAssemblySymbol assembly) =>
        assembly.Modules.Any(static module => module.ReferencedAssemblies.Any(static reference => reference.Name == Runtime));

    private static string? SpecOf(ITypeSymbol model) => model.GetAttributes()
        .FirstOrDefault(static attribute => attribute.AttributeClass?.Name == "ResolvedSpecAttribute")?
        .ConstructorArguments.FirstOrDefault().Value as string;
}
