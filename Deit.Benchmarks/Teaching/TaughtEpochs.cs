using Deit.Augmentation;
using Deit.Checkpoints;
using Deit.Distillation;
using Deit.Models;
using Deit.Training;

namespace Deit.Benchmarks.Teaching;

/// <summary>Epochs of one student, whose teacher answers while it is trained, or answered before.</summary>
internal sealed class TaughtEpochs : IDisposable
{
    // The first epoch makes the fused step and fills caches.
    private const int Epochs = 2;

    private static readonly ModelRegistry Models = ModelRegistry.FromAssemblies(typeof(TaughtEpochs).Assembly, typeof(DeitCifar10Distilled).Assembly);

    private readonly string _folder = Directory.CreateTempSubdirectory("deit-benchmark-").FullName;
    private readonly Recipe _recipe;
    private int _runs;

    /// <summary>Makes a teacher, whose answers are as good as its first weights, and stores its answers.</summary>
    /// <param name="batch">Images of a batch.</param>
    public TaughtEpochs(int batch)
    {
        string weights = Path.Combine(_folder, "teacher.safetensors");
        using (var teacher = new LargeTeacher()) Safetensors.Save(weights, StateDict.Of(teacher));
        var training = new TrainingOptions
        {
            Epochs = Epochs,
            BatchSize = batch,
            WarmupEpochs = 0,
            Mixing = new() { Mixup = 0.8, Cutmix = 1 },
            Augmentation = new() { Crop = CropMode.Padded, RandomErasing = 0.25 },
        };
        _recipe = new()
        {
            Name = "teach",
            Teacher = new() { Model = Teacher.Name, Weights = weights, Training = training },
            Student = new() { Model = Student.Name, Training = training },
            Distillation = new() { Type = DistillationType.Hard },
        };
        var pace = new Pace(_recipe.Student.Training.BatchSize);
        using TeachRun run = TeachRun.Start(_recipe, Models, new() { Output = Answers, Observer = pace });
        run.Execute();
        AnsweringMilliseconds = pace.Answering;
    }

    /// <summary>The student.</summary>
    public static ModelDescription Student => Models.Find("deit_cifar10_distilled").Description;

    /// <summary>The teacher.</summary>
    public static ModelDescription Teacher => Models.Find("regnety_large_teacher").Description;

    /// <summary>What it took to answer the last epoch beforehand.</summary>
    public double AnsweringMilliseconds { get; }

    private string Answers => Path.Combine(_folder, "answers");

    /// <summary>Trains a student, and tells what its last epoch took, evaluation left out.</summary>
    public double Milliseconds(bool cached)
    {
        var pace = new Pace(_recipe.Student.Training.BatchSize);
        string output = Path.Combine(_folder, FormattableString.Invariant($"run-{_runs++}"));
        using RecipeRun run = RecipeRun.Start(_recipe with { TeacherCache = cached ? Answers : null }, Models, new() { Output = output, Observer = pace });
        run.Execute();
        return pace.Training;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Pace(int batch) : ITrainingObserver
    {
        private double _images;

        public double Training { get; private set; }

        public double Answering { get; private set; }

        public void PhaseStarted(PhaseStarted phase) => _images = (double)batch * phase.StepsPerEpoch;

        public void EpochDone(EpochDone epoch) => Training = 1000 * _images / epoch.Metrics.ImagesPerSecond;

        public void EpochAnswered(EpochAnswered epoch) => Answering = 1000 * epoch.Seconds;
    }
}
