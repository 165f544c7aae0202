using System;
using Deit.Compiler.Graphs;
using Deit.Compiler.Inference;

namespace Deit.Compiler.Training;

/// <summary>What a <see cref="Slot"/> holds, and so whose memory it is in.</summary>
internal enum SlotKind
{
    /// <summary>A value made and used inside a step: the memory plan gives it its place.</summary>
    Intermediate,

    /// <summary>What a procedure is called with: its caller's.</summary>
    Argument,

    /// <summary>The images, as the loader made them: (B, channels, height, width).</summary>
    Images,

    /// <summary>A parameter of the model.</summary>
    Parameter,

    /// <summary>The gradient of a parameter, in the flat storage of gradients.</summary>
    ParameterGradient,

    /// <summary>A tensor that the model keeps and does not learn: running statistics.</summary>
    Buffer,

    /// <summary>A layer whose weights are laid out for inference.</summary>
    Layer,

    /// <summary>The images that stochastic depth keeps, drawn before the step, and the factor of what they keep.</summary>
    KeptImages,

    /// <summary>What a dropout drew before the step, from which its mask follows.</summary>
    DropoutDraw,
}

/// <summary>
/// A matrix that training code reads or writes: pixels or tokens in its rows, channels in its columns, whatever the layout
/// that the declared graph speaks of. Every slot is written once.
/// </summary>
/// <param name="name">What generated code calls it.</param>
/// <param name="kind">What it holds.</param>
/// <param name="shape">Its extents.</param>
internal sealed class Slot(string name, SlotKind kind, MatrixShape shape)
{
    /// <summary>What generated code calls it; unique in its procedures once they are named.</summary>
    public string Name { get; set; } = name;

    /// <summary>What it holds.</summary>
    public SlotKind Kind { get; } = kind;

    /// <summary>Its extents.</summary>
    public MatrixShape Shape { get; } = shape;

    /// <summary>The name in a state_dict of the parameter or buffer it is, relative to its unit; empty for other kinds.</summary>
    public string State { get; init; } = "";

    /// <summary>Elements of the parameter before it, where it is a part of one.</summary>
    public long Offset { get; init; }

    /// <summary>Whether it is made of the images alone, so that nobody asks for its gradient.</summary>
    public bool IsOfImages { get; init; }

    /// <summary>Whether the rows are the tokens of one head after another, not the pixels of a feature map.</summary>
    public bool ByHead { get; init; }

    /// <summary>The layer that it is; null of other kinds.</summary>
    public PackedLayer? Layer { get; init; }

    /// <summary>Whether it is the stochastic depth of all images of a step together.</summary>
    public bool IsWholeBatch { get; init; }

    /// <summary>Whether its elements are bfloat16, of two bytes.</summary>
    public bool IsHalf { get; init; }

    /// <summary>The elements of the arena that it takes, for each image where its rows are: two of bfloat16 share one.</summary>
    public long ArenaElements => IsHalf ? (Shape.Elements + 1) / 2 : Shape.Elements;

    /// <summary>The stochastic depth by which only some images have rows in it; null where all have.</summary>
    public Slot? KeptBy { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}";
}

/// <summary>The extents of a matrix.</summary>
/// <param name="Rows">Rows, of each image where <paramref name="PerImage"/>.</param>
/// <param name="Columns">Columns.</param>
/// <param name="PerImage">Whether there are that many rows for every image of a batch.</param>
internal readonly record struct MatrixShape(long Rows, long Columns, bool PerImage)
{
    /// <summary>Elements, of each image where they are.</summary>
    public long Elements => checked(Rows * Columns);

    /// <summary>How a value of the graph lies in memory: channels last.</summary>
    /// <exception cref="NotSupportedException">Values of that shape have no place in generated training code.</exception>
    public static MatrixShape Of(TensorType type)
    {
        bool perImage = type.Dims[0].IsBatch;
        if (!perImage && type[0].Value != 1) throw new NotSupportedException($"{type} does not begin with the batch");
        return type.Rank switch
        {
            2 => new(1, type[1].Value, perImage),
            3 => new(type[1].Value, type[2].Value, perImage),
            4 => new(checked(type[2].Value * type[3].Value), type[1].Value, perImage),
            _ => throw new NotSupportedException($"{type} is no matrix"),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => PerImage ? Rows == 1 ? $"(B, {Columns})" : $"(B·{Rows}, {Columns})" : $"({Rows}, {Columns})";
}
