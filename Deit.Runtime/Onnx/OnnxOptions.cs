using System.Collections.Immutable;

namespace Deit;

/// <summary>What an ONNX file holds beside the model.</summary>
public sealed record OnnxOptions
{
    /// <summary>The most bytes of weights that the ONNX file may hold itself; the format has room for 2 GiB in all.</summary>
    public const long MostInlineBytes = 0x7000_0000;

    /// <summary>The classes' names in the order of the logits; none by default.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>How images are prepared, where it differs from the model's own description.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>
    /// Bytes of weights up to which the ONNX file holds them itself, at most <see cref="MostInlineBytes"/>. More go into a second
    /// file beside it, which has its name with <c>.data</c> after it; 0 puts any there.
    /// </summary>
    public long InlineBytes { get; init; } = 0x6000_0000;
}
