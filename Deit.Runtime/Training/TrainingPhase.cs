namespace Deit.Training;

/// <summary>What a run is busy with.</summary>
public enum TrainingPhase
{
    /// <summary>Training the model that the recipe is for.</summary>
    Student,

    /// <summary>Training the student's teacher.</summary>
    Teacher,
}
