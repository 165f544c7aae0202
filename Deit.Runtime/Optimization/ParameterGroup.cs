using TorchSharp.Modules;

namespace Deit.Optimization;

/// <summary>Parameters that share a weight decay and a factor of the learning rate.</summary>
/// <param name="Name">The group's name, such as <c>decay</c>.</param>
/// <param name="Parameters">The parameters with their names in the model.</param>
/// <param name="WeightDecay">The decay, per unit of learning rate.</param>
/// <param name="LearningRateScale">What the learning rate of a step is multiplied by.</param>
public sealed record ParameterGroup(
    string Name, IReadOnlyList<(string Name, Parameter Parameter)> Parameters, double WeightDecay, double LearningRateScale = 1);
