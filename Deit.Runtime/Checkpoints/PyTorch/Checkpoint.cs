using System.Collections.Immutable;

namespace Deit.Checkpoints.PyTorch;

/// <summary>What a PyTorch checkpoint holds, and where.</summary>
/// <param name="Root">The pickled object.</param>
/// <param name="Storages">The position in the file of every storage's first byte, by its key.</param>
/// <param name="Foreign">The classes and functions that the pickle names and that nothing was done with.</param>
internal sealed record Checkpoint(object? Root, IReadOnlyDictionary<string, long> Storages, IReadOnlyCollection<string> Foreign);
