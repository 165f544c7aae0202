using System.Text.Json.Serialization;

namespace Deit.Training;

/// <summary>
/// What a run achieved: <c>summary.json</c>. Accuracies are fractions from 0 to 1, of the last epoch: the best one was chosen
/// by the images that judge it.
/// </summary>
/// <param name="Recipe">The recipe's name.</param>
/// <param name="Seconds">How long training teacher and student took, evaluations included.</param>
/// <param name="ImagesPerSecond">Images that the student was trained on a second.</param>
/// <param name="Teacher">The teacher; null where there was none.</param>
/// <param name="Student">The student.</param>
public sealed record RunSummary(string Recipe, double Seconds, double ImagesPerSecond, TeacherSummary? Teacher, StudentSummary Student);

/// <summary>A run's teacher.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Top1">Its accuracy.</param>
public sealed record TeacherSummary(string Model, double Top1);

/// <summary>A run's student.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Top1">Accuracy of its prediction; of a distilled model, of both heads together.</param>
/// <param name="ClassTop1">Accuracy of the class head alone; null of a model with one head.</param>
/// <param name="DistillationTop1">Accuracy of the distillation head alone; null of a model with one head.</param>
/// <param name="EmaTop1">Accuracy with the averaged weights; null where none are kept.</param>
/// <param name="SkippedSteps">Steps that failed and were given up, and those that were rolled back with them.</param>
public sealed record StudentSummary(
    string Model,
    double Top1,
    double? ClassTop1,
    double? DistillationTop1,
    double? EmaTop1,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int SkippedSteps = 0);
