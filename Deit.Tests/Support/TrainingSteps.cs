using System.Reflection;
using Deit.Operators;

namespace Deit.Tests.Support;

/// <summary>Generated training steps, which are for the generated class alone to make.</summary>
internal static class TrainingSteps
{
    /// <summary>The step of a model for a batch size; the caller disposes it.</summary>
    public static FusedStep Create(IVisionModel model, long batch) =>
        (FusedStep)model.GetType().GetMethod("CreateStep", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(model, [batch])!;
}
