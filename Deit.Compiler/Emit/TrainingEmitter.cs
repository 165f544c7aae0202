using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Deit.Compiler.Graphs;
using Deit.Compiler.Passes;
using Deit.Compiler.Training;

namespace Deit.Compiler.Emit;

/// <summary>Writes a model's training step: a class for it, and one for every unit, each with a forward and a backward method.</summary>
internal sealed class TrainingEmitter
{
    private const string StepClass = "TrainingStep";

    private readonly TrainingCode _code;
    private readonly UnitClasses _texts;
    private readonly Dictionary<TrainingUnit, string> _classes = [];

    private TrainingEmitter(TrainingCode code, IEnumerable<string> taken) => (_code, _texts) = (code, new([.. taken, StepClass]));

    /// <summary>Writes the members that a model's class gains.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="code">The training code.</param>
    /// <param name="taken">The names that the model's class has given away.</param>
    public static void Write(CodeWriter writer, TrainingCode code, IReadOnlyCollection<string> taken)
    {
        var emitter = new TrainingEmitter(code, taken);
        emitter.AddUnits();

        writer.Gap().Line("/// <inheritdoc/>").Line($"protected override FusedStep CreateStep(long batch) => new {StepClass}(new TrainingMemory(this, batch, {Names.Number(code.ElementsPerImage)}, {Names.Number(code.ConstantElements)}));");
        emitter.WriteModel(writer);
        emitter._texts.Write(writer);
    }

    private void AddUnits()
    {
        foreach ((TrainingUnit unit, MemoryPlan plan) in _code.Units)
        {
            string text = UnitText(unit, plan, [.. _code.Procedure.Backward.OfType<UnitCall>().Where(call => call.Unit == unit && call.Method == UnitMethod.Replay)]);
            _classes.Add(unit, _texts.Add(text, unit.Name + "Step"));
        }
    }

    private static string UnitText(TrainingUnit unit, MemoryPlan plan, IReadOnlyCollection<UnitCall> replays)
    {
        Procedure procedure = unit.Procedure;
        Slot input = procedure.Inputs[0];
        Slot output = procedure.Outputs[0];
        var matrices = new MatrixNames(procedure, plan, []);
        matrices.NameCaller(input, "x");
        matrices.NameCaller(procedure.OutputGradients[0], "dy");
        if (!plan.ReplacesGradient && procedure.InputGradients[0] is { } gradient) matrices.NameCaller(gradient, "dx");
        matrices.NameCaller(output, "y");

        var code = new CodeWriter();
        code.Documentation("summary", $"Trains: {Names.Documentation(unit.Summary)}");
        code.Open($"private sealed class {UnitClasses.Unnamed}(TrainingMemory memory, string path, UnitPlace place)");
        matrices.WriteFields(code, slot => slot.Kind is SlotKind.Intermediate
            ? plan.PlaceOf(slot) is { Region: Region.Constant } constant
                ? $"memory.{Making(slot, "Constant")}(place.Constant + {Names.Number(constant.Offset)}"
                : $"memory.{Making(slot, "Matrix")}(place.{plan.PlaceOf(slot).Region} + {Names.Number(plan.PlaceOf(slot).Offset)}"
            : null, state => $"path + {Names.Literal(state)}");

        code.Gap().Documentation("summary", $"{input.Shape} → {output.Shape}");
        code.Open("public void Forward(Matrix x, Matrix y)");
        WriteBody(code, procedure.Forward, matrices, null);
        code.Close();
        if (replays.Any(static call => !call.Has("y"))) WriteReplay("Matrix x", "What backward reads, made again; the output is not.", Replay.OfTape(unit));
        if (replays.Any(static call => call.Has("y"))) WriteReplay("Matrix x, Matrix y", "What forward wrote, made again; nothing is counted twice.", Replay.OfAll(unit));
        code.Gap().Documentation("summary", plan.ReplacesGradient
            ? $"The gradients of the parameters; that of the input is written over that of the output, {output.Shape}."
            : $"The gradients of the parameters and, from that of the output, {output.Shape}, that of the input, {input.Shape}.");
        string result = unit.ReadsOutputInBackward ? ", Matrix y" : "";
        code.Open($"public void Backward(Matrix x{result}, Matrix dy{(plan.ReplacesGradient ? "" : ", Matrix dx")})");
        WriteBody(code, procedure.Backward, matrices, null);
        code.Close();
        return code.Close().ToString();

        void WriteReplay(string arguments, string summary, IEnumerable<Instruction> instructions)
        {
            code.Gap().Documentation("summary", summary);
            code.Open($"public void Replay({arguments})");
            WriteBody(code, instructions, matrices, null);
            code.Close();
        }
    }

    private void WriteModel(CodeWriter code)
    {
        Procedure procedure = _code.Procedure;
        var matrices = new MatrixNames(procedure, _code.Plan, procedure.Forward.OfType<UnitCall>().Select(static call => UnitField(call.Path)));
        matrices.NameCaller(procedure.Inputs[0], "images");
        code.Gap().Documentation("summary", "Trains the model: forward and backward as the compiler wrote them.");
        code.Open($"private sealed class {StepClass}(TrainingMemory memory) : FusedStep(memory)");
        foreach (UnitCall call in procedure.Forward.OfType<UnitCall>())
        {
            UnitPlace place = _code.Plan.Units[call.Path];
            string offsets = string.Join(", ", new[] { place.Tape, place.Forward, place.Backward, place.Constant }.Select(Names.Number));
            code.Line($"private readonly {_classes[call.Unit]} {UnitField(call.Path)} = new(memory, {Names.Literal(call.Path + ".")}, new({offsets}));");
        }

        matrices.WriteFields(code, slot => slot.Kind is SlotKind.Intermediate
            ? _code.Plan.PlaceOf(slot) is { Region: Region.Constant } constant
                ? $"memory.{Making(slot, "Constant")}({Names.Number(constant.Offset)}"
                : $"memory.{Making(slot, "Matrix")}({Names.Number(_code.Plan.PlaceOf(slot).Offset)}"
            : null, Names.Literal);

        code.Gap().Line("/// <inheritdoc/>").Line($"public override Matrix[] Logits => [{List(procedure.Outputs)}];");
        code.Gap().Line("/// <inheritdoc/>").Line($"public override Matrix[] LogitGradients => [{List(procedure.OutputGradients)}];");
        code.Gap().Line("/// <inheritdoc/>").Open("public override void Forward(Tensor images)");
        WriteBody(code, procedure.Forward, matrices, UnitStatement);
        code.Close();
        code.Gap().Line("/// <inheritdoc/>").Open("public override void Backward(Tensor images)");
        WriteBody(code, procedure.Backward, matrices, UnitStatement);
        code.Close();
        code.Close();

        string List(IEnumerable<Slot> slots) => string.Join(", ", slots.Select(matrices.Of));
        string UnitStatement(UnitCall call)
        {
            bool dropsLast = call.Method == UnitMethod.Backward && _code.Units.First(pair => pair.Unit == call.Unit).Plan.ReplacesGradient;
            IEnumerable<Operand> operands = dropsLast ? call.Operands.Take(call.Operands.Length - 1) : call.Operands;
            return $"{UnitField(call.Path)}.{call.Kernel}({string.Join(", ", operands.Select(operand => matrices.Of(operand.Slot!)))});";
        }
    }

    /// <summary>Writes the instructions of a method, a line each.</summary>
    internal static void WriteBody(CodeWriter code, IEnumerable<Instruction> instructions, MatrixNames matrices, Func<UnitCall, string>? unitStatement)
    {
        string? layer = null;
        var condition = new BranchCondition(code, matrices);
        foreach (Instruction instruction in instructions)
        {
            if (condition.Enter(instruction)) layer = null;
            if (instruction is UnitCall call)
            {
                if (layer is not null and not "") code.Line();
                code.Line(unitStatement!(call));
                layer = "";
                continue;
            }

            if (instruction.Layer != layer)
            {
                if (layer is not null) code.Line();
                layer = instruction.Layer;
                if (layer.Length > 0) code.Line($"// {layer}");
            }

            if (instruction.Kernel == "TakeKept")
            {
                Slot taken = instruction["taken"]!;
                string field = matrices.Local(taken);
                code.Line($"Matrix {matrices.Of(taken)} = Fused.TakeKept({matrices.Of(instruction["dy"]!)}, {matrices.Of(instruction["kept"]!)}, {field});");
                continue;
            }

            // A layer that has laid out its weights is what the method is called on.
            Slot? layerOf = instruction["layer"];
            string target = layerOf is null ? "Fused" : matrices.Of(layerOf);
            code.Line($"{target}.{instruction.Kernel}({string.Join(", ", instruction.Operands.Where(operand => operand.Slot is null || operand.Slot != layerOf).Select(Argument))});");
        }

        condition.Leave();

        string Argument(Operand operand)
        {
            string text = operand.Slot is null ? operand.Text : matrices.Of(operand.Slot);
            return operand.IsOptional || (operand.Slot is null && char.IsDigit(text[0])) ? $"{operand.Name}: {text}" : text;
        }
    }

    private static string Making(Slot slot, string method) => slot.IsHalf ? "Half" + method : method;

    private static string UnitField(string path) => "_" + TrainingNames.Variable(path, "step");
}
