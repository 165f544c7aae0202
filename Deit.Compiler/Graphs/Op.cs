using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using Deit.Compiler.Onnx;
using Deit.Compiler.Training;

namespace Deit.Compiler.Graphs;

/// <summary>
/// An operator. All that is known of it stands in its own file: its parameters, the shape and the cost of its output, and
/// how the generated code makes and calls it, and what it is in ONNX.
/// </summary>
public abstract record Op
{
    /// <summary>What it is called in tables: the name of the PyTorch module or function.</summary>
    public abstract string Kind { get; }

    /// <summary>The tensors it owns.</summary>
    public virtual EquatableArray<Parameter> Parameters => default;

    /// <summary>The type of its output.</summary>
    /// <exception cref="GraphException">The inputs do not fit.</exception>
    public abstract TensorType Infer(IReadOnlyList<TensorType> inputs);

    /// <summary>Multiply-accumulate operations an image takes: convolutions and matrix products, nothing else.</summary>
    public virtual long Macs(IReadOnlyList<TensorType> inputs, TensorType output) => 0;

    /// <summary>The member that holds it in the generated class, or null where it is a plain function.</summary>
    public virtual MemberCode? Member => null;

    /// <summary>The C# expression that applies it.</summary>
    /// <param name="member">The name of its member, empty where it has none.</param>
    /// <param name="arguments">The names of its inputs.</param>
    public abstract string Call(string member, IReadOnlyList<string> arguments);

    /// <summary>Adds the ONNX nodes that compute it at inference.</summary>
    /// <returns>The name of its output there.</returns>
    internal abstract string ToOnnx(OnnxScope scope);

    /// <summary>
    /// Writes its training code: the kernels of the forward pass, and the rule that writes those of its gradients.
    /// </summary>
    /// <returns>The matrices that hold its output: one, or those that lie in it one after another.</returns>
    /// <exception cref="NotSupportedException">There is none for values of these shapes; the model is trained on its reference path.</exception>
    internal virtual ImmutableArray<Slot> Train(Lowering pass, Node node) => throw new NotSupportedException($"{Kind} has no training code");
}

/// <summary>How the generated code holds an operator that has state.</summary>
/// <param name="Type">The member's type.</param>
/// <param name="Construction">The expression that makes it.</param>
/// <param name="Summary">What it is, for its documentation.</param>
public sealed record MemberCode(string Type, string Construction, string Summary);
