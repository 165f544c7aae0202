using Deit.Compiler.Families;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Onnx;

/// <summary>What compiling a model to ONNX gave: the graph, or why there is none.</summary>
/// <param name="Graph">The graph, or null.</param>
/// <param name="Problem">Why there is none; empty where there is one.</param>
public sealed record OnnxCompilation(OnnxGraph? Graph, string Problem);

/// <summary>From a declaration to an ONNX graph: the same graph that the generated code was written from, so that nothing is traced.</summary>
public static class OnnxCompiler
{
    /// <summary>Compiles a model.</summary>
    /// <param name="resolvedSpec">All that the model is, as YAML: what generated classes carry.</param>
    public static OnnxCompilation Compile(string resolvedSpec)
    {
        // The class was made already: its name, which a spec does not hold, is of no account here.
        RawDeclaration raw = YamlModels.Read("", resolvedSpec, "") with { Class = new("", default, "Model", "public") };
        ModelDeclaration declaration = ModelResolver.Resolve([raw], []).Declarations[0];
        return declaration.Spec is { } spec ? Compile(spec) : new(null, declaration.Findings[0].Message);
    }

    private static OnnxCompilation Compile(ModelSpec spec)
    {
        try
        {
            return new(OnnxBuilder.Build(spec.Name, Family.Find(spec.Family)!.Build(spec.Values, spec.Target.Name)), "");
        }
        catch (GraphException exception)
        {
            return new(null, exception.Message);
        }
    }
}
