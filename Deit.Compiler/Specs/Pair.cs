using Deit.Compiler.Diagnostics;
using Deit.Compiler.Families;

namespace Deit.Compiler.Specs;

/// <summary>Whether a student can be distilled from a teacher.</summary>
internal static class Pair
{
    /// <summary>What does not fit, or null; <paramref name="path"/> is the key that names the teacher.</summary>
    public static SpecFinding? Check(ModelSpec student, ModelSpec teacher, string path)
    {
        InputAndOutput learns = Family.Find(student.Family)!.Describe(student.Values);
        InputAndOutput teaches = Family.Find(teacher.Family)!.Describe(teacher.Values);
        string? reason =
            !learns.Distilled ? $"{student.Name} has no distillation head; state {{distilled}}"
            : learns.Classes != teaches.Classes ? $"{student.Name} has {learns.Classes} classes and its teacher {teacher.Name} has {teaches.Classes}"
            : learns.Channels != teaches.Channels ? $"{student.Name} takes images of {learns.Channels} channels and its teacher {teacher.Name} of {teaches.Channels}"
            : null;
        return reason is null ? null : new(Rules.PairMismatch, path, $"{student.Name} cannot be distilled from {teacher.Name}: {reason}");
    }
}
