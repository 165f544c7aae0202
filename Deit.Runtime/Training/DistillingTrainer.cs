using Deit.Data;
using Deit.Distillation;

namespace Deit.Training;

/// <summary>
/// Trains a student with two heads, one on labels, one on a teacher (Touvron et al., arXiv 2012.12877). A student without a
/// distillation head does not compile here.
/// </summary>
/// <typeparam name="TStudent">The student's class.</typeparam>
public sealed class DistillingTrainer<TStudent>
    where TStudent : DistilledClassifier
{
    private readonly DistilledLearner _learner;
    private readonly TrainingOptions _options;

    /// <summary>Brings student and teacher together.</summary>
    /// <param name="student">The student; it stays its owner's, and its weights are trained from what they are.</param>
    /// <param name="teacher">
    /// The teacher, of the same classes; it stays its owner's, and sees the student's images resized to its own size. Null where the
    /// distillation is of type none: then the class head alone is trained.
    /// </param>
    /// <param name="options">How to train the student.</param>
    /// <param name="distillation">How the teacher's word is weighed.</param>
    /// <param name="teacherPreprocessing">How images are normalised for the teacher, where they are not as for the student.</param>
    /// <exception cref="DeitException">A teacher is needed and missing, or does not fit the student.</exception>
    public DistillingTrainer(
        TStudent student, IVisionModel? teacher, TrainingOptions options, DistillationOptions distillation, Preprocessing? teacherPreprocessing = null)
    {
        Student = student;
        _learner = new(student, teacher is null ? null : new ModelTeacher(teacher, distillation, teacherPreprocessing), distillation);
        _options = options;
    }

    /// <summary>The student.</summary>
    public TStudent Student { get; }

    /// <inheritdoc cref="Trainer{TModel}.Fit"/>
    public TrainingResult Fit(DataSplits data, FitOptions? surroundings = null, CancellationToken cancellationToken = default) =>
        new TrainingEngine(_learner, _options, surroundings ?? new()).Fit(data, cancellationToken);
}
