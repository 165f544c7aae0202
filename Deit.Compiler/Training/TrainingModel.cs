using System.Collections.Immutable;

namespace Deit.Compiler.Training;

/// <summary>The training code of a model before it is text.</summary>
/// <param name="Procedure">Its two passes, which call those of its units.</param>
/// <param name="Units">The units, each once.</param>
internal sealed record TrainingModel(Procedure Procedure, ImmutableArray<TrainingUnit> Units);
