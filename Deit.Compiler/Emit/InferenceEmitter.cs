using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Inference;
using Deit.Compiler.Passes;
using Deit.Compiler.Training;

namespace Deit.Compiler.Emit;

/// <summary>Writes a model's inference: a class for it, and one for every unit, each with a forward method.</summary>
internal sealed class InferenceEmitter
{
    private const string ModelClass = "Inference";

    private readonly InferenceCode _code;
    private readonly UnitClasses _texts;
    private readonly Dictionary<TrainingUnit, UnitClass> _classes = [];

    private InferenceEmitter(InferenceCode code, IEnumerable<string> taken) => (_code, _texts) = (code, new([.. taken, ModelClass]));

    /// <summary>Writes the members that a model's class gains.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="code">The inference code.</param>
    /// <param name="taken">The names that the model's class has given away.</param>
    public static void Write(CodeWriter writer, InferenceCode code, IReadOnlyCollection<string> taken)
    {
        var emitter = new InferenceEmitter(code, taken);
        emitter.AddUnits();

        writer.Gap().Line("/// <inheritdoc/>").Line("public override bool HasInference => true;");
        writer.Gap().Line("/// <inheritdoc/>").Line($"protected override FusedInference CreateInference(PackedLayers layers, long batch) => new {ModelClass}(new InferenceMemory(layers, batch, {Names.Number(code.ElementsPerImage)}));");
        emitter.WriteModel(writer);
        emitter._texts.Write(writer);
    }

    private void AddUnits()
    {
        foreach ((TrainingUnit unit, MemoryPlan plan) in _code.Units)
        {
            (string text, UnitClass unnamed) = UnitText(unit, plan);
            _classes.Add(unit, unnamed with { Name = _texts.Add(text, unit.Name + ModelClass) });
        }
    }

    private static (string Text, UnitClass Class) UnitText(TrainingUnit unit, MemoryPlan plan)
    {
        Procedure procedure = unit.Procedure;
        Slot input = procedure.Inputs[0];
        Slot output = procedure.Outputs[0];
        var matrices = new MatrixNames(procedure, plan, []);
        matrices.NameCaller(input, "x");
        matrices.NameCaller(output, "y");

        var code = new CodeWriter();
        code.Documentation("summary", $"Infers: {Names.Documentation(unit.Summary)}");
        var fields = new CodeWriter();
        matrices.WriteFields(fields, slot => $"memory.Matrix(place + {Names.Number(plan.PlaceOf(slot).Offset)}", state => $"path + {Names.Literal(state)}");
        var unitClass = new UnitClass(UnitClasses.Unnamed, matrices.HasStates, matrices.HasPlaces);
        code.Open($"private sealed class {UnitClasses.Unnamed}({unitClass.Arguments("InferenceMemory memory", "string path", "long place")})");
        foreach (string line in fields.ToString().TrimEnd('\n').Split('\n')) code.Line(line);
        code.Gap().Documentation("summary", $"{input.Shape} → {output.Shape}");
        code.Open("public void Forward(Matrix x, Matrix y)");
        TrainingEmitter.WriteBody(code, procedure.Forward, matrices, null);
        code.Close();
        return (code.Close().ToString(), unitClass);
    }

    private void WriteModel(CodeWriter code)
    {
        Procedure procedure = _code.Procedure;
        UnitCall[] calls = [.. procedure.Forward.OfType<UnitCall>()];
        var matrices = new MatrixNames(procedure, _code.Plan, calls.Select(static call => UnitField(call.Path)));
        matrices.NameCaller(procedure.Inputs[0], "images");
        code.Gap().Documentation("summary", "Infers: the forward pass as the compiler wrote it, with weights that have taken over what can be folded into them.");
        code.Open($"private sealed class {ModelClass}(InferenceMemory memory) : FusedInference(memory)");
        foreach (UnitCall call in calls)
        {
            UnitClass unit = _classes[call.Unit];
            string arguments = unit.Arguments("memory", Names.Literal(call.Path + "."), Names.Number(_code.Plan.Units[call.Path].Forward));
            code.Line($"private readonly {unit.Name} {UnitField(call.Path)} = new({arguments});");
        }

        matrices.WriteFields(code, slot => $"memory.Matrix({Names.Number(_code.Plan.PlaceOf(slot).Offset)}", Names.Literal);
        code.Gap().Line("/// <inheritdoc/>").Line($"public override Matrix[] Logits => [{string.Join(", ", procedure.Outputs.Select(matrices.Of))}];");
        code.Gap().Line("/// <inheritdoc/>").Open("public override void Forward(Tensor images)");
        TrainingEmitter.WriteBody(code, procedure.Forward, matrices, call => $"{UnitField(call.Path)}.Forward({string.Join(", ", call.Operands.Select(operand => matrices.Of(operand.Slot!)))});");
        code.Close();
        code.Close();
    }

    private static string UnitField(string path) => "_" + TrainingNames.Variable(path, "inference");

    /// <summary>The class of a unit: a parameter that nothing reads would be warned of.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="HasStates">Whether it has layers or tensors of the model.</param>
    /// <param name="HasPlaces">Whether it has matrices of its own.</param>
    private sealed record UnitClass(string Name, bool HasStates, bool HasPlaces)
    {
        public string Arguments(string memory, string path, string place) =>
            string.Join(", ", new[] { HasStates || HasPlaces ? memory : "", HasStates ? path : "", HasPlaces ? place : "" }.Where(static argument => argument.Length > 0));
    }
}
