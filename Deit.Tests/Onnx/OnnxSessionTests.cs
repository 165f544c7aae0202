using System.Reflection;
using Deit.Compiler;
using Deit.Compiler.Graphs;
using Deit.Compiler.Onnx;
using Deit.Models;
using Deit.Onnx;
using Deit.Tests.Support;
using Microsoft.ML.OnnxRuntime;
using Xunit.Sdk;

namespace Deit.Tests.Onnx;

/// <summary>ONNX Runtime, as these tests run it, notices what is wrong with a file: otherwise its silence would prove nothing.</summary>
public sealed class OnnxSessionTests
{
    [Fact]
    public void A_file_as_it_should_be_loads() => Load(static graph => graph);

    [Fact]
    public void A_wrong_shape_of_an_output_is_noticed() => Assert.ThrowsAny<Exception>(() => Load(static graph => graph with
    {
        Outputs = new(graph.Outputs.Select(static output => output with { Type = TensorType.Float(Dim.Batch, 11) })),
    }));

    [Fact]
    public void A_wrong_shape_in_between_is_noticed() => Assert.ThrowsAny<Exception>(() => Load(static graph => graph with
    {
        Intermediates = new(graph.Intermediates.Select(static value => value.Name.EndsWith("fc1.Add", StringComparison.Ordinal) ? value with { Type = TensorType.Float(Dim.Batch, 18, 383) } : value)),
    }));

    [Fact]
    public void A_wrong_order_is_noticed() => Assert.Throws<OnnxRuntimeException>(() => Load(static graph => graph with
    {
        Nodes = new(graph.Nodes.Select(static node => node with { Inputs = new(node.Inputs.Select(static input => input == "images" ? "logits" : input)) })),
    }));

    [Fact]
    public void A_constant_that_nobody_reads_is_noticed() => Assert.Throws<EmptyException>(() => Load(static graph => graph with
    {
        Constants = new(graph.Constants.Append(new OnnxIntegers("nobody", new([1]), IsScalar: false))),
    }));

    private static void Load(Func<OnnxGraph, OnnxGraph> change)
    {
        using var folder = new TemporaryFolder();
        using var model = new DeitDigitsDistilled();
        OnnxGraph graph = OnnxCompiler.Compile(typeof(DeitDigitsDistilled).GetCustomAttribute<ResolvedSpecAttribute>()!.Yaml).Graph!;
        var file = new OnnxFile(change(graph), OnnxWeights.Find(graph, model), DeitDigitsDistilled.Description, new(), externalName: null);
        using (FileStream stream = File.Create(folder.File("model.onnx"))) file.WriteTo(stream);

        using var session = new OnnxSession(folder.File("model.onnx"));
    }
}
