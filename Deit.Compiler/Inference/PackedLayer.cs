using System.Collections.Generic;
using Deit.Compiler.Emit;

namespace Deit.Compiler.Inference;

/// <summary>
/// A layer whose weights are laid out for inference once, with what is folded into them: what is a multiplication and an addition
/// of known numbers before or after a layer is part of its own.
/// </summary>
/// <param name="Path">Its place in the model, relative to its unit: <c>attn.qkv</c>.</param>
internal abstract record PackedLayer(string Path)
{
    /// <summary>The batch normalisation that follows, by its running statistics; empty for none.</summary>
    public string BatchNorm { get; init; } = "";

    /// <summary>The layer normalisation before, whose scale and shift the layer takes over; empty for none.</summary>
    public string LayerNorm { get; init; } = "";

    /// <summary>The factors by which every output is multiplied afterwards; empty for none.</summary>
    public string LayerScale { get; init; } = "";

    /// <summary>How many of the outputs are queries, which are divided by the root of <see cref="HeadWidth"/>.</summary>
    public long Queries { get; init; }

    /// <summary>Columns of a head.</summary>
    public long HeadWidth { get; init; }

    /// <summary>The runtime's class of the layer.</summary>
    public abstract string Type { get; }

    /// <summary>The expression that makes it.</summary>
    /// <param name="path">Writes the expression of a name in the state_dict.</param>
    public string Expression(System.Func<string, string> path)
    {
        var folded = new List<string>();
        if (BatchNorm.Length > 0) folded.Add($"BatchNorm = {path(BatchNorm)}");
        if (LayerNorm.Length > 0) folded.Add($"LayerNorm = {path(LayerNorm)}");
        if (LayerScale.Length > 0) folded.Add($"LayerScale = {path(LayerScale)}");
        if (Queries > 0) folded.Add($"Queries = {Names.Number(Queries)}, HeadWidth = {Names.Number(HeadWidth)}");
        string folding = folded.Count == 0 ? "" : $", folded: new() {{ {string.Join(", ", folded)} }}";
        return $"{Call(path(Path))}{folding})";
    }

    /// <summary>The call that makes it, without its end.</summary>
    protected abstract string Call(string path);
}

/// <summary>A linear layer, or some of its outputs; a convolution that is one.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Out">Outputs.</param>
/// <param name="In">Inputs.</param>
/// <param name="First">The first of the outputs.</param>
internal sealed record PackedLinear(string Path, long Out, long In, long First) : PackedLayer(Path)
{
    /// <inheritdoc/>
    public override string Type => nameof(PackedLinear);

    /// <inheritdoc/>
    protected override string Call(string path) =>
        $"memory.Linear({path}, {Names.Number(Out)}, {Names.Number(In)}{(First == 0 ? "" : $", first: {Names.Number(First)}")}";
}

/// <summary>A convolution.</summary>
/// <param name="Path">Its place in the model.</param>
/// <param name="Geometry">The expression of its sizes.</param>
internal sealed record PackedConvolution(string Path, string Geometry) : PackedLayer(Path)
{
    /// <inheritdoc/>
    public override string Type => nameof(PackedConvolution);

    /// <inheritdoc/>
    protected override string Call(string path) => $"memory.Convolution({path}, {Geometry}";
}

/// <summary>A batch normalisation that nothing before it can take over.</summary>
/// <param name="Path">Its place in the model.</param>
internal sealed record PackedNorm(string Path) : PackedLayer(Path)
{
    /// <inheritdoc/>
    public override string Type => "PackedScale";

    /// <inheritdoc/>
    protected override string Call(string path) => $"memory.BatchNorm({path}";
}
