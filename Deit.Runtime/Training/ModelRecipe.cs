namespace Deit.Training;

/// <summary>A model of a recipe, teacher or student, and how it is trained.</summary>
public sealed record ModelRecipe
{
    /// <summary>The model's name, as <see cref="ModelRegistry"/> knows it.</summary>
    public required string Model { get; init; }

    /// <summary>What its constructor is given.</summary>
    public ModelOptions Options { get; init; } = new();

    /// <summary>A safetensors file with its weights, for a teacher that is not trained; otherwise null.</summary>
    public string? Weights { get; init; }

    /// <summary>How it is trained.</summary>
    public TrainingOptions Training { get; init; } = new();
}
