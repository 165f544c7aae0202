using Deit.Studies;

namespace Deit.Tests.Studies;

/// <summary>A study of the tiny models.</summary>
internal static class TinyStudy
{
    /// <summary>A teacher, a student that it teaches, and the same alone; two seeds of the student.</summary>
    public const string Text = """
        study: tiny
        description: Whether a tiny student learns more from a tiny teacher.
        reference: alone
        base:
          data: {dataset: digits, image_size: 8}
          student: {epochs: 2, batch_size: 256, lr: 1e-2, warmup_epochs: 0}
        arms:
          - {name: taught, like: alone, family: Taught, teacher: teacher, recipe: {distillation: {type: hard}}}
          - {name: teacher, family: Teacher, description: One head., recipe: {student: {model: tiny_classifier}}}
          - {name: alone, family: Alone, seeds: [5, 6], recipe: {student: {model: tiny_student}}}
        """;

    /// <summary>Writes the study into a folder.</summary>
    public static string Write(string folder, string text = Text)
    {
        string path = Path.Combine(folder, "tiny.yaml");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes the study into a folder and reads it.</summary>
    public static Study Load(string folder, params string[] overrides) => Study.Load(Write(folder), overrides);
}
