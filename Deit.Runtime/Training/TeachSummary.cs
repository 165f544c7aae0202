namespace Deit.Training;

/// <summary>What <see cref="TeachRun"/> achieved.</summary>
/// <param name="Folder">The folder of the answers.</param>
/// <param name="Teacher">Who answered.</param>
/// <param name="Epochs">The epochs of the student's training, which all have answers now.</param>
/// <param name="Written">Those of them that this run has added.</param>
/// <param name="Seconds">How long this run took, the teacher's training included.</param>
public sealed record TeachSummary(string Folder, TeacherSummary Teacher, int Epochs, int Written, double Seconds);
