using Deit.Training;

namespace Deit.Tests.Reporting;

/// <summary>Run folders that nothing was trained for.</summary>
internal static class WrittenRun
{
    private const string Text = """
        name: written
        student:
          model: deit_digits_distilled
          epochs: 5
        """;

    /// <summary>Makes the folder of a run that was begun.</summary>
    public static void Make(string folder, params string[] overrides)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "recipe.yaml");
        File.WriteAllText(path, Text);
        File.WriteAllText(path, Recipe.Load(path, overrides).ToYaml());
    }

    /// <summary>Adds epochs of 10 seconds with these accuracies.</summary>
    public static void AddEpochs(string folder, params double[] accuracies)
    {
        RunFolder run = RunFolder.Open(folder);
        for (int epoch = 1; epoch <= accuracies.Length; epoch++)
        {
            run.Append(new()
            {
                Epoch = epoch,
                LearningRate = 1e-3,
                TrainLoss = 2.0 / epoch,
                ValidationLoss = 1.5 / epoch,
                Top1 = accuracies[epoch - 1],
                ImagesPerSecond = 100,
                Seconds = 10,
            });
        }
    }
}
