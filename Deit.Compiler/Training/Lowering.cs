using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Graphs;

namespace Deit.Compiler.Training;

/// <summary>
/// What an operator writes its training code with: the kernels of its forward pass, and a rule that, given the gradient of its
/// output, writes those of the gradients of its inputs and parameters.
/// </summary>
internal sealed class Lowering
{
    private readonly Dictionary<Value, ImmutableArray<Slot>> _slots = [];
    private readonly Dictionary<Slot, Slot> _gradients = [];
    private readonly List<Instruction> _forward = [];
    private readonly List<Instruction> _backward = [];
    private readonly List<(string Layer, Action Rule)> _rules = [];
    private List<Instruction> _current;
    private Slot? _imageRows;
    private string _layer = "";

    private readonly Func<Block, TrainingUnit> _units;

    /// <summary>Begins with an empty forward pass.</summary>
    /// <param name="units">Compiles the blocks that stay whole.</param>
    public Lowering(Func<Block, TrainingUnit> units)
    {
        _units = units;
        _current = _forward;
    }

    /// <summary>The kernels of the forward pass so far.</summary>
    public IReadOnlyList<Instruction> Forward => _forward;

    /// <summary>The kernels of the backward pass so far.</summary>
    public IReadOnlyList<Instruction> Backward => _backward;

    /// <summary>Whether somebody asks for the gradient of that matrix: not of images, nor of what is made of nothing else.</summary>
    public static bool NeedsGradient(Slot slot) => slot.Kind != SlotKind.Images && !slot.IsOfImages;

    /// <summary>Lowers an operator.</summary>
    /// <exception cref="NotSupportedException">The operator has no training code for values of these shapes.</exception>
    public void Add(Node node)
    {
        _layer = node.Member;
        Bind(node.Output, node.Op.Train(this, node));
    }

    /// <summary>States which matrices hold a value: one, or those that lie in it one after another.</summary>
    public void Bind(Value value, ImmutableArray<Slot> slots) => _slots[value] = slots;

    /// <summary>The matrix that holds a value.</summary>
    /// <exception cref="NotSupportedException">The value is several.</exception>
    public Slot this[Value value] => Raw(value) is { Kind: SlotKind.Images } images ? RowsOf(images, value) : Raw(value);

    /// <summary>The same, but of the images as the loader made them.</summary>
    public Slot Raw(Value value) => _slots[value] is [Slot slot] ? slot : throw new NotSupportedException($"{value.Type} is several matrices");

    /// <summary>The matrix that holds a feature map, a row a pixel.</summary>
    /// <exception cref="NotSupportedException">The value is none.</exception>
    public Slot Pixels(Value value) => value.Type.Rank == 4 && !this[value].ByHead ? this[value] : throw new NotSupportedException($"{value.Type} is no feature map");

    /// <summary>The matrix whose columns are the value's last extent: tokens, features, or the tokens of heads.</summary>
    /// <exception cref="NotSupportedException">The value is a feature map.</exception>
    public Slot Features(Value value) => value.Type.Rank != 4 || this[value].ByHead ? this[value] : throw new NotSupportedException($"{value.Type} is a feature map");

    /// <summary>The matrix that holds the tokens of heads.</summary>
    /// <exception cref="NotSupportedException">The value is not by head.</exception>
    public Slot Heads(Value value) => this[value].ByHead ? this[value] : throw new NotSupportedException($"{value.Type} is not by head");

    /// <summary>The matrices that lie in a value.</summary>
    public ImmutableArray<Slot> Parts(Value value) => _slots[value];

    /// <summary>A new matrix of a value's shape.</summary>
    public Slot New(string name, Value value) => New(name, MatrixShape.Of(value.Type));

    /// <summary>A new matrix of the extents and the layout of another.</summary>
    public Slot New(string name, Slot like) => new(Qualified(name), SlotKind.Intermediate, like.Shape) { ByHead = like.ByHead };

    /// <summary>A new matrix.</summary>
    public Slot New(string name, MatrixShape shape) => new(Qualified(name), SlotKind.Intermediate, shape);

    /// <summary>A new matrix for the gradient of another.</summary>
    public static Slot NewGradient(Slot of) => new(TrainingNames.Gradient(of.Name), SlotKind.Intermediate, of.Shape) { ByHead = of.ByHead };

    /// <summary>A new matrix of the tokens of one head after another.</summary>
    public Slot NewByHead(string name, MatrixShape shape) => new(Qualified(name), SlotKind.Intermediate, shape) { ByHead = true };

    /// <summary>A parameter of the operator at hand, or a part of it from an element on.</summary>
    public Slot Parameter(string name, long rows, long columns, long offset = 0) =>
        new(Qualified(name), SlotKind.Parameter, new(rows, columns, PerImage: false)) { State = Block.Join(_layer, name), Offset = offset };

    /// <summary>A buffer of the operator at hand.</summary>
    public Slot Buffer(string name, long columns) =>
        new(Qualified(name), SlotKind.Buffer, new(1, columns, PerImage: false)) { State = Block.Join(_layer, name) };

    /// <summary>The images that the stochastic depth at hand keeps.</summary>
    /// <param name="wholeBatch">Whether it keeps all of them or none.</param>
    public Slot KeptImages(bool wholeBatch) =>
        new(Qualified(""), SlotKind.KeptImages, new(1, 1, PerImage: true)) { State = _layer, IsWholeBatch = wholeBatch };

    /// <summary>What the dropout at hand draws for a step.</summary>
    public Slot DropoutDraw() => new(Qualified("draw"), SlotKind.DropoutDraw, new(1, 1, PerImage: false)) { State = _layer };

    /// <summary>Where the gradient of a parameter goes.</summary>
    public static Slot GradientOf(Slot parameter) =>
        new(TrainingNames.Gradient(parameter.Name), SlotKind.ParameterGradient, parameter.Shape) { State = parameter.State, Offset = parameter.Offset };

    /// <summary>Writes a call of a kernel: in the forward pass, or inside a rule in the backward pass.</summary>
    public void Call(string kernel, params Operand[] operands) => _current.Add(new(kernel, [.. operands], _layer));

    /// <summary>Writes a call of a block that stays whole, and the rule that calls its backward method.</summary>
    public Slot CallUnit(Block block, ImmutableArray<Slot> inputs)
    {
        TrainingUnit unit = _units(block);
        string path = _layer;
        Slot y = New("y", unit.Procedure.Outputs[0]);
        _forward.Add(new UnitCall(unit, path, UnitMethod.Forward, [.. inputs.Select((input, i) => Instruction.Read($"x{i}", input)), Instruction.Write("y", y)]));
        Gradient(y, dy =>
        {
            Slot[] gradients = [.. inputs.Select(NewGradient)];
            Operand[] result = unit.ReadsOutputInBackward ? [Instruction.Read("y", y)] : [];
            _backward.Add(new UnitCall(unit, path, UnitMethod.Backward,
                [
                    .. inputs.Select((input, i) => Instruction.Read($"x{i}", input)),
                    .. result,
                    Instruction.Read("dy", dy),
                    .. gradients.Select((gradient, i) => Instruction.Write($"dx{i}", gradient)),
                ]));
            for (int i = 0; i < inputs.Length; i++) Accumulate(inputs[i], gradients[i]);
        });
        return y;
    }

    /// <summary>States the gradient rule of the operator at hand; it runs once, after the rules of all operators that follow.</summary>
    /// <param name="output">The operator's output; where nothing depends on it, the rule does not run.</param>
    /// <param name="rule">Writes the kernels; it is given the gradient of the output.</param>
    public void Gradient(Slot output, Action<Slot> rule)
    {
        string layer = _layer;
        _rules.Add((layer, () =>
        {
            if (_gradients.TryGetValue(output, out Slot? gradient)) rule(gradient);
        }
        ));
    }

    /// <summary>The same for an operator of several outputs: gradients are null of those that nothing depends on.</summary>
    public void Gradients(ImmutableArray<Slot> outputs, Action<ImmutableArray<Slot?>> rule)
    {
        string layer = _layer;
        _rules.Add((layer, () =>
        {
            ImmutableArray<Slot?> gradients = [.. outputs.Select(output => _gradients.TryGetValue(output, out Slot? gradient) ? gradient : null)];
            if (gradients.Any(static gradient => gradient is not null)) rule(gradients);
        }
        ));
    }

    /// <summary>Adds to the gradient of a matrix: the first contribution is the gradient, further ones are summed.</summary>
    public void Accumulate(Slot slot, Slot gradient)
    {
        if (!NeedsGradient(slot)) return;
        if (!_gradients.TryGetValue(slot, out Slot? sum))
        {
            _gradients[slot] = gradient;
            return;
        }

        Slot total = new(sum.Name, SlotKind.Intermediate, sum.Shape) { ByHead = sum.ByHead };
        Call("Add", Instruction.Read("a", sum), Instruction.Read("b", gradient), Instruction.Write("y", total, mayReplace: "a"));
        _gradients[slot] = total;
    }

    /// <summary>The matrix that a procedure returns for a value: never one that it was called with.</summary>
    public Slot Return(Value value, ImmutableArray<Slot> inputs)
    {
        Slot result = this[value];
        if (!inputs.Contains(result)) return result;

        Slot copy = New("copy", result);
        Call("Copy", Instruction.Read("x", result), Instruction.Write("y", copy));
        Gradient(copy, dy => Accumulate(result, dy));
        return copy;
    }

    /// <summary>The matrix that backward returns for an input, or null where nothing depends on it: never one that it was called with.</summary>
    public Slot? ReturnGradient(Slot input)
    {
        if (!_gradients.TryGetValue(input, out Slot? gradient) || gradient.Kind != SlotKind.Argument) return gradient;

        Slot copy = NewGradient(input);
        Call("Copy", Instruction.Read("x", gradient), Instruction.Write("y", copy));
        return copy;
    }

    /// <summary>Runs the gradient rules, last to first: reverse-mode differentiation (Griewank and Walther, 2008, chapter 3).</summary>
    /// <param name="outputs">What the forward pass returns; one value may be several of them.</param>
    /// <param name="gradients">Their gradients.</param>
    public void Differentiate(ImmutableArray<Slot> outputs, ImmutableArray<Slot> gradients)
    {
        _current = _backward;
        _layer = "";
        for (int i = 0; i < outputs.Length; i++) Accumulate(outputs[i], gradients[i]);
        for (int i = _rules.Count - 1; i >= 0; i--)
        {
            _layer = _rules[i].Layer;
            _rules[i].Rule();
        }
    }

    /// <summary>The images with channels last, for whoever is not a convolution.</summary>
    private Slot RowsOf(Slot images, Value value)
    {
        if (_imageRows is not null) return _imageRows;
        _imageRows = new("imageRows", SlotKind.Intermediate, MatrixShape.Of(value.Type)) { IsOfImages = true };
        _forward.Add(new("ImageRows", [Instruction.Read("images", images), Instruction.Write("y", _imageRows)], ""));
        return _imageRows;
    }

    private string Qualified(string name) => TrainingNames.Variable(_layer, name);
}
