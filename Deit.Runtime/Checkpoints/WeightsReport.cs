using System.Collections.Immutable;

namespace Deit.Checkpoints;

/// <summary>What became of the entries of a weight file and of the model's tensors.</summary>
public sealed record WeightsReport
{
    /// <summary>What the file is: <c>PyTorch (zip), 'model', Hugging Face names</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The model's tensors that hold the file's elements now.</summary>
    public required ImmutableArray<string> Loaded { get; init; }

    /// <summary>The model's tensors for which an entry of another shape was adapted.</summary>
    public required ImmutableArray<string> Adapted { get; init; }

    /// <summary>The model's tensors that the file lacks; they are as they were. Counters of batch norms are not mentioned.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>The file's tensors that the model lacks.</summary>
    public required ImmutableArray<string> Unexpected { get; init; }

    /// <summary>Tensors of one name and two shapes; the model's are as they were.</summary>
    public required ImmutableArray<MisshapenEntry> Misshapen { get; init; }

    /// <summary>What else is in the file, with its Python type: <c>'args' (argparse.Namespace)</c>. Nothing of it was run.</summary>
    public required ImmutableArray<string> Ignored { get; init; }

    /// <summary>Whether the model is now what the file holds, and all of it.</summary>
    public bool IsComplete => Missing.IsEmpty && Unexpected.IsEmpty && Misshapen.IsEmpty && Adapted.IsEmpty;

    /// <summary>A line for every kind of entry that there is, such as <c>2 missing: 'head.weight', 'head.bias'</c>, all of them named.</summary>
    public IEnumerable<string> Lines =>
    [
        .. Line(Adapted, "adapted", EntryText.Quote),
        .. Line(Missing, "missing", EntryText.Quote),
        .. Line(Unexpected, "unexpected", EntryText.Quote),
        .. Line(Misshapen, "misshapen", static entry => entry.ToString()),
        .. Line(Ignored, "ignored", static text => text),
    ];

    private static IEnumerable<string> Line<T>(ImmutableArray<T> entries, string kind, Func<T, string> describe) =>
        entries.IsEmpty ? [] : [$"{entries.Length} {kind}: {string.Join(", ", entries.Select(describe))}"];
}

/// <summary>An entry whose shape is not the model's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="ModelShape">The shape of the model's tensor.</param>
public sealed record MisshapenEntry(string Name, ImmutableArray<long> Shape, ImmutableArray<long> ModelShape)
{
    /// <summary>"'a' is (5,), the model's (4,)".</summary>
    public override string ToString() =>
        $"{EntryText.Quote(Name)} is {EntryText.Shape(Shape.AsSpan())}, the model's {EntryText.Shape(ModelShape.AsSpan())}";
}
