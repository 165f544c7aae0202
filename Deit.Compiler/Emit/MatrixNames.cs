using System;
using System.Collections.Generic;
using System.Linq;
using Deit.Compiler.Passes;
using Deit.Compiler.Training;

namespace Deit.Compiler.Emit;

/// <summary>What the matrices of a class of training code are called there: fields, one for all that share their memory, or arguments.</summary>
internal sealed class MatrixNames
{
    private readonly MemoryPlan _plan;
    private readonly Slot[] _slots;
    private readonly Dictionary<Slot, string> _callers = [];
    private readonly Dictionary<(SlotKind, string, long), string> _states = [];
    private readonly Dictionary<Slot, string> _fields = [];

    private readonly Dictionary<Slot, string> _locals = [];
    private readonly HashSet<string> _taken;

    /// <summary>Gives every matrix of a procedure a field.</summary>
    /// <param name="procedure">The procedure.</param>
    /// <param name="plan">Where its matrices lie.</param>
    /// <param name="taken">The class's other fields.</param>
    public MatrixNames(Procedure procedure, MemoryPlan plan, IEnumerable<string> taken)
    {
        _plan = plan;
        _taken = [.. taken];
        _slots = [.. procedure.Instructions.SelectMany(static instruction => instruction.Operands).Select(static operand => operand.Slot).OfType<Slot>().Distinct()];
    }

    /// <summary>States that a matrix, and what shares its memory, is an argument.</summary>
    public void NameCaller(Slot slot, string argument) => _callers[_plan.Owner(slot)] = argument;

    /// <summary>The expression of a matrix: of those rows that it has in this step.</summary>
    public string Of(Slot slot) => slot.KeptBy is { } kept && !_locals.ContainsKey(slot) ? $"{NameOf(kept)}.Of({NameOf(slot)})" : NameOf(slot);

    /// <summary>Makes a variable of what a matrix, or the one it is taken from, turns out to be in a step.</summary>
    public string Local(Slot slot)
    {
        string field = NameOf(slot);
        _locals.Add(slot, field.TrimStart('_'));
        return field;
    }

    private string NameOf(Slot slot)
    {
        if (_locals.TryGetValue(slot, out string? local)) return local;
        Slot owner = _plan.Owner(slot);
        return _callers.TryGetValue(owner, out string? argument) ? argument
            : slot.Kind is SlotKind.Intermediate ? _fields[owner]
            : _states[(slot.Kind, slot.State, slot.Offset)];
    }

    /// <summary>Whether a field is a tensor or a layer of the model.</summary>
    public bool HasStates => _states.Count > 0;

    /// <summary>Whether a field has a place in the arena.</summary>
    public bool HasPlaces => _fields.Count > 0;

    /// <summary>Writes the fields: parameters first, then what is kept for the backward pass, then the rest.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="place">The beginning of the expression that makes an intermediate matrix.</param>
    /// <param name="path">The expression of a parameter's name.</param>
    public void WriteFields(CodeWriter code, Func<Slot, string?> place, Func<string, string> path)
    {
        foreach (Slot slot in _slots.Where(static slot => slot.Kind is SlotKind.Parameter or SlotKind.ParameterGradient or SlotKind.Buffer or SlotKind.KeptImages or SlotKind.DropoutDraw or SlotKind.Layer).OrderBy(static slot => slot.Kind))
        {
            if (_states.ContainsKey((slot.Kind, slot.State, slot.Offset))) continue;

            string name = Field(slot);
            _states.Add((slot.Kind, slot.State, slot.Offset), name);
            string making = slot.Kind switch
            {
                SlotKind.Parameter => $"memory.Parameter({path(slot.State)}, {Names.Number(slot.Shape.Rows)}, {Names.Number(slot.Shape.Columns)}{Part(slot)})",
                SlotKind.ParameterGradient => $"memory.Gradient({path(slot.State)}, {Names.Number(slot.Shape.Rows)}, {Names.Number(slot.Shape.Columns)}{Part(slot)})",
                SlotKind.Layer => slot.Layer!.Expression(path),
                SlotKind.Buffer => $"memory.Buffer({path(slot.State)}, {Names.Number(slot.Shape.Columns)})",
                _ => $"memory.{slot.Kind}({path(slot.State)})",
            };
            string type = slot.Layer is { } layer ? layer.Type : slot.Kind is SlotKind.KeptImages or SlotKind.DropoutDraw ? slot.Kind.ToString() : "Matrix";
            code.Line($"private readonly {type} {name} = {making};");
        }

        code.Gap();
        foreach (Slot owner in _slots.Where(static slot => slot.Kind is SlotKind.Intermediate).Select(_plan.Owner).Distinct().Where(owner => !_callers.ContainsKey(owner)).OrderBy(owner => _plan.PlaceOf(owner).Region))
        {
            string name = Field(owner);
            _fields.Add(owner, name);
            code.Line($"private readonly Matrix {name} = {place(owner)}, {Names.Number(owner.Shape.Rows)}, {Names.Number(owner.Shape.Columns)});");
        }
    }

    private static string Part(Slot slot) => slot.Offset == 0 ? "" : $", offset: {Names.Number(slot.Offset)}";

    private string Field(Slot slot)
    {
        string name = Names.Free("_" + slot.Name, _taken);
        _taken.Add(name);
        return name;
    }
}
