using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Emit;

/// <summary>Writes what the compiler knows of a model: its costs as constants, and the static property <c>Description</c>.</summary>
internal static class DescriptionEmitter
{
    /// <summary>Writes the members.</summary>
    public static void Write(CodeWriter code, ModelSpec spec, CompiledModel model)
    {
        code.Documentation("summary", "Number of trainable scalars.");
        code.Line($"public const long ParameterCount = {Names.Number(model.Parameters)};");
        code.Gap().Documentation("summary", "Multiply-accumulate operations that an image takes.");
        code.Line($"public const long MacsPerImage = {Names.Number(model.Macs)};");
        code.Gap().Line("/// <inheritdoc cref=\"IVisionModel.Description\"/>");
        code.Open("public static ModelDescription Description { get; } = new()");
        code.Line($"Name = {Names.Literal(spec.Name)},");
        code.Line($"Family = {Names.Literal(spec.Family)},");
        code.Line($"Input = {List(model.Input)},");
        code.Line($"Classes = {Names.Number(model.Classes)},");
        code.Line($"Distilled = {(model.Distilled ? "true" : "false")},");
        code.Line("Parameters = ParameterCount,");
        code.Line("Macs = MacsPerImage,");
        if (model.Training is { } training) code.Line($"TrainingPlan = new({Names.Number(training.ElementsPerImage)}, {Names.Number(training.ConstantElements)}){Halves(training)},");
        FactsEmitter.Write(code, spec.Facts);
        code.Line("Layers =").Line("[");
        foreach (Layer layer in model.Layers)
        {
            code.Line($"    new({Names.Literal(layer.Name)}, {Names.Literal(layer.Kind)}, {List(layer.Output)}, {Names.Number(layer.Parameters)}, {Names.Number(layer.Macs)}),");
        }

        code.Line("],").Close(";");
    }

    private static string Halves(TrainingSizes training) => training.BFloat16.Count == 0 ? ""
        : $" {{ BFloat16 = [{string.Join(", ", training.BFloat16.Select(Names.Literal))}] }}";

    private static string List(IEnumerable<long> numbers) => $"[{string.Join(", ", numbers.Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
