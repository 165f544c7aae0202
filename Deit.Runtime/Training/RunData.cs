using System.Collections.Immutable;
using Deit.Data;

namespace Deit.Training;

/// <summary>What a run's model sees: <c>data.json</c>, by which the run's weights can be used without its recipe or its images.</summary>
/// <param name="Classes">The names of the classes, in the order of the logits.</param>
/// <param name="Preprocessing">How the images are prepared by which the model is judged.</param>
public sealed record RunData(ImmutableArray<string> Classes, Preprocessing Preprocessing)
{
    /// <summary>What a model that is trained on some data sees.</summary>
    internal static RunData Of(DataSplits data) => new([.. data.Train.ClassNames], data.Preprocessing);
}
