namespace Deit.Training;

/// <summary>A model of a recipe, teacher or student, and how it is trained.</summary>
public sealed record ModelRecipe
{
    /// <summary>The model's name, as <see cref="ModelRegistry"/> knows it.</summary>
    public required string Model { get; init; }

    /// <summary>What its constructor is given.</summary>
    public ModelOptions Options { get; init; } = new();

    /// <summary>
    /// Its weights, for a teacher that is not trained, named as <see cref="Pretrained.WeightLocation"/> finds them; otherwise null.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>
    /// The weights that its training starts from, adapted to its classes and image size (<see cref="Finetuning.AdaptedWeights"/>), named
    /// as <see cref="Pretrained.WeightLocation"/> finds them; null starts from freshly initialised ones.
    /// </summary>
    public string? Finetune { get; init; }

    /// <summary>How it is trained.</summary>
    public TrainingOptions Training { get; init; } = new();
}
