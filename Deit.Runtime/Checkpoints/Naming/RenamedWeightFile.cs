using System.Collections.Immutable;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints.Naming;

/// <summary>Another weight file under other names; nothing is read before it is asked for. Closing it closes the other.</summary>
internal sealed class RenamedWeightFile : WeightFile
{
    private readonly WeightFile _file;
    private readonly Dictionary<string, (ImmutableArray<string> Parts, ImmutableArray<long> Shape)> _tensors;

    /// <summary>Checks that the names are all different and that the parts of every tensor go together.</summary>
    /// <param name="file">The file; where an exception is thrown, it stays the caller's.</param>
    /// <param name="scheme">Whose names it has.</param>
    /// <param name="tensors">Its tensors under their new names.</param>
    /// <exception cref="DeitException">They are not, or do not.</exception>
    public RenamedWeightFile(WeightFile file, string scheme, IEnumerable<RenamedTensor> tensors)
        : base(file.Path)
    {
        _file = file;
        Format = $"{file.Format}, {scheme} names";
        var byName = new Dictionary<string, RenamedTensor>(StringComparer.Ordinal);
        foreach (RenamedTensor tensor in tensors)
        {
            if (!byName.TryAdd(tensor.Name, tensor))
            {
                throw new DeitException(
                    $"'{file.Path}': both {EntryText.Quote(byName[tensor.Name].Parts[0])} and {EntryText.Quote(tensor.Parts[0])} are "
                    + $"{EntryText.Quote(tensor.Name)} in timm's names. Remove one of them.");
            }
        }

        Names = [.. byName.Keys];
        _tensors = byName.Values.ToDictionary(
            static tensor => tensor.Name, tensor => (tensor.Parts, Stacked(tensor)), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Format { get; }

    /// <inheritdoc/>
    public override ImmutableArray<string> Names { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <inheritdoc/>
    public override ImmutableArray<string> Ignored => _file.Ignored;

    /// <inheritdoc/>
    public override ImmutableArray<long> ShapeOf(string name) => Find(name).Shape;

    /// <inheritdoc/>
    public override ScalarType TypeOf(string name) => _file.TypeOf(Find(name).Parts[0]);

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    private protected override void ReadElements(string name, Tensor target)
    {
        ImmutableArray<string> parts = Find(name).Parts;
        if (parts.Length == 1)
        {
            _file.ReadInto(parts[0], target);
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        long row = 0;
        foreach (string part in parts)
        {
            long rows = _file.ShapeOf(part)[0];
            _file.ReadInto(part, target.detach().narrow(0, row, rows));
            row += rows;
        }
    }

    private (ImmutableArray<string> Parts, ImmutableArray<long> Shape) Find(string name) =>
        _tensors.TryGetValue(name, out (ImmutableArray<string>, ImmutableArray<long>) tensor) ? tensor : throw NoTensor(name);

    /// <summary>The shape of a tensor, its parts one below the other.</summary>
    private ImmutableArray<long> Stacked(RenamedTensor tensor)
    {
        string first = tensor.Parts[0];
        ImmutableArray<long> shape = _file.ShapeOf(first);
        foreach (string part in tensor.Parts.Skip(1))
        {
            if (_file.TypeOf(part) != _file.TypeOf(first) || Below(shape, _file.ShapeOf(part)) is not { } stacked)
            {
                throw new DeitException(
                    $"'{Path}': {EntryText.Quote(part)}, {Described(part)}, does not go below {EntryText.Quote(first)}, {Described(first)}, "
                    + $"to make {EntryText.Quote(tensor.Name)}. Save the model again.");
            }

            shape = stacked;
        }

        return shape;
    }

    /// <summary>The shape of two tensors one below the other; null where their other dimensions differ or there are too many rows.</summary>
    private static ImmutableArray<long>? Below(ImmutableArray<long> upper, ImmutableArray<long> lower)
    {
        bool alike = !upper.IsEmpty && upper.Length == lower.Length && upper.AsSpan()[1..].SequenceEqual(lower.AsSpan()[1..]);
        if (!alike || upper[0] > long.MaxValue - lower[0]) return null;
        ImmutableArray<long> stacked = upper.SetItem(0, upper[0] + lower[0]);
        return ElementType.All[0].BytesOf(stacked.AsSpan()) is null ? null : stacked;
    }

    private string Described(string name) => $"{_file.TypeOf(name)} {EntryText.Shape(_file.ShapeOf(name).AsSpan())}";
}
