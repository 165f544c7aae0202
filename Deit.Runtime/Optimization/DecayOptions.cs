using Deit.Compiler;

namespace Deit.Optimization;

/// <summary>The kinds of <see cref="LearningRateSchedule"/>, by timm's names.</summary>
public enum ScheduleType
{
    /// <summary>Half a cosine: <see cref="CosineSchedule"/>.</summary>
    Cosine,

    /// <summary>A decay every so many epochs: <see cref="StepSchedule"/>.</summary>
    Step,

    /// <summary>A decay at given epochs: <see cref="MultistepSchedule"/>.</summary>
    Multistep,

    /// <summary>A decay where the accuracy stops growing: <see cref="PlateauSchedule"/>.</summary>
    Plateau,

    /// <summary>No decay.</summary>
    Constant,
}

/// <summary>How the schedules that decay in steps do it.</summary>
public sealed record DecayOptions
{
    /// <summary>The epochs between two decays of <see cref="ScheduleType.Step"/>.</summary>
    /// <exception cref="DeitException">The value is less than 1.</exception>
    public int Epochs
    {
        get;
        init => field = Check.Value("The number of epochs between two decays", value, value >= 1, "at least 1");
    } = 30;

    /// <summary>What a decay multiplies the learning rate by.</summary>
    /// <exception cref="DeitException">The value is not greater than 0 and at most 1.</exception>
    public double Rate
    {
        get;
        init => field = CheckRate(value);
    } = 0.1;

    /// <summary>The epochs, counted from 1, at which <see cref="ScheduleType.Multistep"/> decays.</summary>
    public EquatableArray<long> Milestones { get; init; }

    /// <summary>The evaluations without progress that <see cref="ScheduleType.Plateau"/> bears.</summary>
    /// <exception cref="DeitException">The value is negative.</exception>
    public int Patience
    {
        get;
        init => field = Check.Value("The patience with a plateau", value, value >= 0, "at least 0");
    } = 10;

    internal static double CheckRate(double rate) => Check.Value("The decay rate", rate, rate is > 0 and <= 1, "greater than 0 and at most 1");
}
