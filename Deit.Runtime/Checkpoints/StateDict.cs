using Deit.Compiler.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Checkpoints;

/// <summary>A module's parameters and persistent buffers by name, and their replacement by those of a checkpoint.</summary>
public static class StateDict
{
    private const int MostNamed = 3;
    private const string BatchCounter = "num_batches_tracked";

    /// <summary>The module's own tensors, not copies, in the order of their registration; they stay the module's to dispose.</summary>
    public static IReadOnlyDictionary<string, Tensor> Of(nn.Module module) => module.state_dict();

    /// <summary>
    /// Copies the entries into the module's tensors of the same names, converting type and device. Either all are copied or,
    /// where an exception is thrown, none.
    /// </summary>
    /// <param name="module">The module to fill.</param>
    /// <param name="entries">Tensors by name; they stay the caller's.</param>
    /// <param name="strict">
    /// Whether names that only one side has are refused. Shapes must agree in any case, and at least one name. The counters of
    /// batch norms (<c>num_batches_tracked</c>) may always be missing, since checkpoints of before PyTorch 0.4.1 have none, and
    /// may be stored as scalars or as vectors of one element.
    /// </param>
    /// <param name="source">What the entries are from, for messages: usually the path.</param>
    /// <exception cref="DeitException">Names or shapes disagree; the message lists the first of each and the nearest names.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> entries, bool strict, string source)
    {
        IReadOnlyDictionary<string, Tensor> targets = Of(module);
        RequireFit(module, targets, entries, strict, source);

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach ((string name, Tensor target) in targets)
        {
            if (entries.TryGetValue(name, out Tensor? entry)) target.copy_(entry.reshape(target.shape));
        }
    }

    private static void RequireFit(
        nn.Module module,
        IReadOnlyDictionary<string, Tensor> targets,
        IReadOnlyDictionary<string, Tensor> entries,
        bool strict,
        string source)
    {
        string[] shared = [.. targets.Keys.Where(entries.ContainsKey)];
        string[] missing = [.. targets.Keys.Where(name => !entries.ContainsKey(name) && !IsBatchCounter(name))];
        string[] unexpected = [.. entries.Keys.Where(name => !targets.ContainsKey(name))];
        string[] misshapen = [.. shared.Where(name => !ShapesAgree(name, targets[name], entries[name]))];

        bool namesAgree = strict ? missing.Length == 0 && unexpected.Length == 0 : shared.Length > 0 || missing.Length == 0;
        if (namesAgree && misshapen.Length == 0) return;

        string BothShapes(string name) => $"{EntryText.Quote(name)} is {Shape(entries[name])}, the model's {Shape(targets[name])}";
        string[] faults =
        [
            .. Fault(namesAgree ? [] : missing, "missing", name => EntryText.Quote(name) + Hint(name, unexpected)),
            .. Fault(namesAgree ? [] : unexpected, "unexpected", EntryText.Quote),
            .. Fault(misshapen, "misshapen", BothShapes),
        ];
        throw new DeitException(
            $"'{source}' does not fit the model {module.GetName()}: {string.Join("; ", faults)}. "
            + "Load it into the model it was saved from, or rename its entries.");
    }

    /// <summary>"12 missing: 'a', 'b', 'c', ...", or nothing where there is none.</summary>
    private static IEnumerable<string> Fault(string[] names, string kind, Func<string, string> describe)
    {
        if (names.Length == 0) yield break;
        string more = names.Length > MostNamed ? ", ..." : "";
        yield return $"{names.Length} {kind}: {string.Join(", ", names.Take(MostNamed).Select(describe))}{more}";
    }

    /// <summary>The unexpected name that was probably meant: the same one behind a prefix, or else the nearest.</summary>
    private static string Hint(string missing, string[] unexpected)
    {
        // Two names differ by at least the difference of their lengths, and only near ones are meant.
        string? nearest = Array.Find(unexpected, name => name.EndsWith("." + missing, StringComparison.Ordinal))
            ?? Suggestions.Nearest(missing, unexpected.Where(name => Math.Abs(name.Length - missing.Length) <= missing.Length));
        return nearest is null ? "" : $" (there is {EntryText.Quote(nearest)})";
    }

    private static bool ShapesAgree(string name, Tensor target, Tensor entry) =>
        target.shape.AsSpan().SequenceEqual(entry.shape) || (IsBatchCounter(name) && target.numel() == 1 && entry.numel() == 1);

    private static bool IsBatchCounter(string name) => name == BatchCounter || name.EndsWith("." + BatchCounter, StringComparison.Ordinal);

    private static string Shape(Tensor tensor) => EntryText.Shape(tensor.shape);
}
