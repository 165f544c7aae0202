using Deit.Distillation;

namespace Deit.Training;

/// <summary>A teacher that can answer.</summary>
/// <param name="Teacher">The teacher.</param>
/// <param name="Summary">What it achieves.</param>
/// <param name="Seconds">How long it was trained; 0 where it was not.</param>
/// <param name="Owned">What is to be disposed with it.</param>
internal sealed record PreparedTeacher(Teacher Teacher, TeacherSummary Summary, double Seconds, IDisposable Owned) : IDisposable
{
    public void Dispose() => Owned.Dispose();
}
