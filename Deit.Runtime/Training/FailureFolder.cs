using System.Text;
using Deit.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// What a step that failed leaves in its run folder, <c>failure</c>: the state before the step (<c>checkpoint</c>), its batch as the model saw it
/// (<c>batch.safetensors</c>), and what was found (<c>failure.json</c>). It is enough to repeat the step.
/// </summary>
public static class FailureFolder
{
    private const string Images = "images";
    private const string Targets = "targets";

    /// <summary>Repeats the forward pass of the step that failed, by the readable layers.</summary>
    /// <param name="run">The folder of a run, or of the answers of a teacher that was trained beside them.</param>
    /// <param name="registry">The models that its recipe may name.</param>
    /// <returns>What was found then, and what is found now. Only outputs can be found now: the teacher, whom a gradient may depend on, is not kept.</returns>
    /// <exception cref="DeitException">No step failed there, or its folder is damaged.</exception>
    public static (StepFailure Then, StepFailure Now) Replay(string run, ModelRegistry registry)
    {
        using DisposeScope scope = NewDisposeScope();
        RunFolder folder = RunFolder.At(run);
        RunFolder failed = IsIn(folder) ? folder : folder.Teacher;
        string json = JsonFile(failed.Failure);
        if (!IsIn(failed)) throw new DeitException($"No step of the run in '{RunFolder.Open(run).Path}' failed: there is no '{JsonFile(folder.Failure)}'.");
        StepFailure failure = RunJson.Read<StepFailure>(File.ReadAllText(json), json);
        ModelRecipe recipe = Recipe.Load(failed.RecipeFile).Student;
        using IVisionModel model = registry.Find(recipe.Model).Create(recipe.Options);
        string checkpoint = Checkpoint(failed.Failure);
        using CheckpointContent content = CheckpointFolder.Load(checkpoint);
        StateDict.Load(model.Module, content.Model, strict: true, Path.Combine(checkpoint, CheckpointFolder.ModelFile));
        Tensor images = Safetensors.Load(BatchFile(failed.Failure))[Images];
        LayerFinding now = Watch(model, images, recipe.Training, failure.Epoch - 1, failure.Batch);
        return (failure, failure with { FirstNonFinite = now.FirstNonFinite, Growth = now.Growth });
    }

    /// <summary>Writes all that it takes to repeat a step.</summary>
    internal static void Write(string folder, StepFailure failure, TrainingState state, CheckpointState progress, Tensor images, Tensor targets)
    {
        Directory.CreateDirectory(folder);

        // It comes last: without it there is nothing to repeat, and an earlier one would not fit the batch.
        File.Delete(JsonFile(folder));
        state.Save(Checkpoint(folder), progress);
        Safetensors.Save(BatchFile(folder), new Dictionary<string, Tensor> { [Images] = images, [Targets] = targets });
        byte[] text = Encoding.UTF8.GetBytes(RunJson.Document(failure) + "\n");
        AtomicFile.Write(JsonFile(folder), text.Length, stream => stream.Write(text));
    }

    /// <summary>Whether a run keeps a step that failed.</summary>
    internal static bool IsIn(RunFolder? run) => run is not null && File.Exists(JsonFile(run.Failure));

    /// <summary>What the layers' outputs tell, with the randomness that the step had.</summary>
    internal static LayerFinding Watch(IVisionModel model, Tensor images, TrainingOptions options, int epoch, int batch)
    {
        model.Module.train(options.TrainMode);
        TrainingRandom.BeginBatch(options.Seed, epoch, batch);
        return LayerOutputs.Watch(model, images);
    }

    private static string Checkpoint(string folder) => Path.Combine(folder, "checkpoint");

    private static string BatchFile(string folder) => Path.Combine(folder, "batch.safetensors");

    private static string JsonFile(string folder) => Path.Combine(folder, "failure.json");
}
