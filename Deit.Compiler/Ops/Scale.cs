using System.Collections.Generic;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Ops;

/// <summary>Images times one factor a channel, as squeeze-and-excitation gates them (Hu et al., arXiv 1709.01507).</summary>
internal sealed record Scale : Op
{
    /// <summary>How YAML writes it.</summary>
    public static OpDeclaration Declaration { get; } = new("scale", "Images times one factor a channel: the gate of squeeze-and-excitation.", [], static (_, _) => new Scale()) { Inputs = 2 };

    /// <inheritdoc/>
    public override string Kind => nameof(Scale);

    /// <inheritdoc/>
    public override TensorType Infer(IReadOnlyList<TensorType> inputs)
    {
        TensorType images = inputs[0];
        TensorType gate = inputs[1];
        bool fits = images.Rank == 4 && gate.Rank == 4 && images[1].Value == gate[1].Value && gate[2].Value == 1 && gate[3].Value == 1;
        return fits ? images : throw GraphException.Shape($"a gate {gate} does not fit images {images}");
    }

    /// <inheritdoc/>
    public override string Call(string member, IReadOnlyList<string> arguments) => $"{arguments[0]} * {arguments[1]}";
}
