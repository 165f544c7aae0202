using System.Collections.Immutable;
using Deit.Compiler.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>How the entries of a weight file and the tensors of a module go together, found out before anything is copied.</summary>
internal sealed class StateFit
{
    private const int MostNamed = 3;
    private const int MostCompared = 5000;
    private const string BatchCounter = "num_batches_tracked";

    private readonly WeightFile _entries;
    private readonly IReadOnlyDictionary<string, Tensor> _targets;

    /// <summary>Compares names and shapes.</summary>
    /// <param name="targets">The module's own tensors by name.</param>
    /// <param name="entries">The file.</param>
    public StateFit(IReadOnlyDictionary<string, Tensor> targets, WeightFile entries)
    {
        _entries = entries;
        _targets = targets;
        var names = entries.Names.ToHashSet(StringComparer.Ordinal);
        Missing = [.. targets.Keys.Where(name => !names.Contains(name) && !IsBatchCounter(name))];
        Unexpected = [.. entries.Names.Where(name => !targets.ContainsKey(name))];
        Shared = [.. targets.Keys.Where(names.Contains)];
        Misshapen = [.. Shared.Where(name => !ShapesAgree(name))];
    }

    /// <summary>Names that both have.</summary>
    public ImmutableArray<string> Shared { get; }

    /// <summary>Names that the file lacks. The counters of batch norms are none of them: files of before PyTorch 0.4.1 have none.</summary>
    public ImmutableArray<string> Missing { get; }

    /// <summary>Names that the module lacks.</summary>
    public ImmutableArray<string> Unexpected { get; }

    /// <summary>Names that both have, of different shapes.</summary>
    public ImmutableArray<string> Misshapen { get; }

    /// <summary>
    /// Copies an entry into the module's tensor. Where both have one element, a scalar and a vector of one are the same: so the
    /// counters of batch norms are found in the wild.
    /// </summary>
    public void Copy(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor target = _targets[name].detach();
        ReadOnlySpan<long> shape = _entries.ShapeOf(name).AsSpan();
        _entries.ReadInto(name, target.shape.AsSpan().SequenceEqual(shape) ? target : target.view(shape.ToArray()));
    }

    /// <summary>"'a' is (5,), the model's (4,)".</summary>
    public MisshapenEntry Describe(string name) => new(name, _entries.ShapeOf(name), [.. _targets[name].shape]);

    /// <summary>What to say where the two do not go together.</summary>
    /// <param name="model">The module's name.</param>
    /// <param name="names">Whether missing and unexpected names are to be told.</param>
    /// <param name="misshapen">Of which names the shapes are to be told.</param>
    public DeitException Refusal(string model, bool names, ImmutableArray<string> misshapen)
    {
        string[] faults =
        [
            .. Fault(names ? Missing : [], "missing", name => EntryText.Quote(name) + Hint(name)),
            .. Fault(names ? Unexpected : [], "unexpected", EntryText.Quote),
            .. Fault(misshapen, "misshapen", name => Describe(name).ToString()),
        ];
        return new(
            $"'{_entries.Path}' does not fit the model {model}: {string.Join("; ", faults)}. "
            + "Load it into the model it was saved from, or rename its entries.");
    }

    /// <summary>"12 missing: 'a', 'b', 'c', ...", or nothing where there is none.</summary>
    private static IEnumerable<string> Fault(ImmutableArray<string> names, string kind, Func<string, string> describe)
    {
        if (names.IsEmpty) yield break;
        string more = names.Length > MostNamed ? ", ..." : "";
        yield return $"{names.Length} {kind}: {string.Join(", ", names.Take(MostNamed).Select(describe))}{more}";
    }

    /// <summary>The unexpected name that was probably meant: the same one behind a prefix, or else the nearest.</summary>
    private string Hint(string missing)
    {
        // Two names differ by at least the difference of their lengths, and only near ones are meant.
        string? nearest = Unexpected.FirstOrDefault(name => name.EndsWith("." + missing, StringComparison.Ordinal))
            ?? Suggestions.Nearest(missing, Unexpected.Where(name => Math.Abs(name.Length - missing.Length) <= missing.Length).Take(MostCompared));
        return nearest is null ? "" : $" (there is {EntryText.Quote(nearest)})";
    }

    private bool ShapesAgree(string name)
    {
        ReadOnlySpan<long> shape = _entries.ShapeOf(name).AsSpan();
        Tensor target = _targets[name];
        return target.shape.AsSpan().SequenceEqual(shape)
            || (IsBatchCounter(name) && target.numel() == 1 && shape.IndexOfAnyExcept(1) < 0);
    }

    private static bool IsBatchCounter(string name) => name == BatchCounter || name.EndsWith("." + BatchCounter, StringComparison.Ordinal);
}
