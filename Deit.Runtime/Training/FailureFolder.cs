using System.Text;
using Deit.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>
/// What a step that failed leaves in its run folder, <c>failure</c>: the state before the step (<c>checkpoint</c>), its batch as the model saw it, with
/// the teacher's answer (<c>batch.safetensors</c>), and what was found (<c>failure.json</c>). It is enough to repeat the step.
/// </summary>
public static class FailureFolder
{
    private const string Images = "images";
    private const string Targets = "targets";
    private const string Answer = "answer";

    /// <summary>Repeats the step that failed, forward and backward, by the readable layers and autograd.</summary>
    /// <param name="run">The folder of a run, or of the answers of a teacher that was trained beside them.</param>
    /// <param name="registry">The models that its recipe may name.</param>
    /// <returns>What was found then, and what is found now.</returns>
    /// <exception cref="DeitException">No step failed there, or its folder is damaged.</exception>
    public static (StepFailure Then, StepRepetition Now) Replay(string run, ModelRegistry registry)
    {
        using DisposeScope scope = NewDisposeScope();
        RunFolder folder = RunFolder.At(run);
        RunFolder failed = IsIn(folder) ? folder : folder.Teacher;
        string json = JsonFile(failed.Failure);
        if (!IsIn(failed)) throw new DeitException($"No step of the run in '{RunFolder.Open(run).Path}' failed: there is no '{JsonFile(folder.Failure)}'.");
        StepFailure failure = RunJson.Read<StepFailure>(File.ReadAllText(json), json);
        Recipe recipe = Recipe.Load(failed.RecipeFile);
        using IVisionModel model = registry.Find(recipe.Student.Model).Create(recipe.Student.Options);
        string checkpoint = Checkpoint(failed.Failure);
        using CheckpointContent content = CheckpointFolder.Load(checkpoint);
        StateDict.Load(model.Module, content.Model, strict: true, Path.Combine(checkpoint, CheckpointFolder.ModelFile));
        string file = BatchFile(failed.Failure);
        Dictionary<string, Tensor> batch = Safetensors.Load(file);
        Tensor images = batch.GetValueOrDefault(Images) ?? throw new DeitException($"'{file}' is damaged: it has no tensor '{Images}'.");
        var repeater = new StepRepeater(model, recipe.Student.Training, failure.Epoch - 1, failure.Batch, failure.Cause == FailureCause.Validation);
        return (failure, repeater.Repeat(images, batch.GetValueOrDefault(Targets), batch.GetValueOrDefault(Answer), recipe.Distillation, failure));
    }

    /// <summary>Writes all that it takes to repeat a step.</summary>
    internal static void Write(string folder, StepFailure failure, TrainingState state, CheckpointState progress, FailedBatch batch)
    {
        Directory.CreateDirectory(folder);

        // It comes last: without it there is nothing to repeat, and an earlier one would not fit the batch.
        File.Delete(JsonFile(folder));
        state.Save(Checkpoint(folder), progress);
        var tensors = new Dictionary<string, Tensor> { [Images] = batch.Images, [Targets] = batch.Targets };
        if (batch.Answer is { } answer) tensors[Answer] = answer;
        Safetensors.Save(BatchFile(folder), tensors);
        byte[] text = Encoding.UTF8.GetBytes(RunJson.Document(failure) + "\n");
        AtomicFile.Write(JsonFile(folder), text.Length, stream => stream.Write(text));
    }

    /// <summary>Whether a run keeps a step that failed.</summary>
    internal static bool IsIn(RunFolder? run) => run is not null && File.Exists(JsonFile(run.Failure));

    private static string Checkpoint(string folder) => Path.Combine(folder, "checkpoint");

    private static string BatchFile(string folder) => Path.Combine(folder, "batch.safetensors");

    private static string JsonFile(string folder) => Path.Combine(folder, "failure.json");
}
