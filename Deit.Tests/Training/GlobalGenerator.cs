namespace Deit.Tests.Training;

/// <summary>
/// Tests whose numbers must repeat run alone: weights and stochastic depth are drawn from torch's global generator, which any
/// other test may draw from.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GlobalGenerator
{
    public const string Name = "Torch's global generator";
}
