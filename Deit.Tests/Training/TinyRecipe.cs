using Deit.Training;

namespace Deit.Tests.Training;

/// <summary>A recipe of the tiny models.</summary>
internal static class TinyRecipe
{
    public const string Text = """
        name: tiny
        seed: 11
        data: { dataset: digits, image_size: 8 }
        augmentation: { crop: padded, crop_padding: 1 }
        teacher:
          model: tiny_classifier
          epochs: 2
          batch_size: 256
          lr: 1e-2
          warmup_epochs: 0
        student:
          model: tiny_student
          epochs: 3
          batch_size: 256
          lr: 1e-2
          warmup_epochs: 1
          mixup: 0.8
          ema_decay: 0.9
        distillation:
          type: hard
        """;

    /// <summary>Writes the recipe into a folder and reads it.</summary>
    public static Recipe Load(string folder, params string[] overrides) => Recipe.Load(Write(folder), overrides);

    /// <summary>Writes the recipe into a folder.</summary>
    public static string Write(string folder)
    {
        string path = Path.Combine(folder, "tiny.yaml");
        File.WriteAllText(path, Text);
        return path;
    }
}
