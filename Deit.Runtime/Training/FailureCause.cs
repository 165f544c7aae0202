using System.Text.Json.Serialization;

namespace Deit.Training;

/// <summary>Why a step failed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FailureCause>))]
public enum FailureCause
{
    /// <summary>The loss is not finite.</summary>
    Loss,

    /// <summary>The loss is finite, and a gradient is not.</summary>
    Gradient,

    /// <summary>The loss is finite, and greater than <see cref="StepFailure.LossLimit"/>.</summary>
    Explosion,

    /// <summary>The loss of the validation images is not finite, after the last step of an epoch.</summary>
    Validation,
}
