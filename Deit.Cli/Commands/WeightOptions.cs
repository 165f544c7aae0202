using System.CommandLine;

namespace Deit.Cli.Commands;

/// <summary>The options that commands share which use a model with its weights.</summary>
internal static class WeightOptions
{
    /// <summary>The option that names weights.</summary>
    public static Option<string> Weights() => new("--weights")
    {
        Description = "The weights: a file, a run's folder, or 'pretrained' (or 'pretrained:TAG') for published ones.",
        Required = true,
    };

    /// <summary>The option that names the model's classes.</summary>
    public static Option<string> Labels() => new("--labels")
    {
        Description = "The names of the model's classes, a file with one a line; by default those that lie beside the weights, or ImageNet's.",
    };
}
