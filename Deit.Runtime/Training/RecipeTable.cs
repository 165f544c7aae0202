using Deit.Augmentation;
using Deit.Compiler;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Specs;
using Deit.Data;
using Deit.Distillation;
using Deit.Losses;
using Deit.Optimization;

namespace Deit.Training;

/// <summary>Between a recipe and the table of its keys.</summary>
internal static class RecipeTable
{
    private const string TeacherTable = "teacher";
    private const string StudentTable = "student";

    /// <summary>The recipe that a table without findings describes.</summary>
    public static Recipe ToRecipe(SpecTable table) => new()
    {
        Name = table.Text("name"),
        Description = table.TextOrNull("description"),
        Data = new()
        {
            Dataset = table.Text("data.dataset"),
            Path = table.TextOrNull("data.path"),
            ImageSize = (int)table.Integer("data.image_size"),
            CropPct = table.Number("data.crop_pct"),
            Validation = (double?)table.Find("data.validation"),
            ClassMap = table.TextOrNull("data.class_map"),
            Loading = ToLoading(table),
        },
        Teacher = table.States(TeacherTable) ? ToModel(table, TeacherTable) : null,
        Student = ToModel(table, StudentTable),
        Distillation = new()
        {
            Type = Enum.Parse<DistillationType>(table.Text("distillation.type"), ignoreCase: true),
            Alpha = table.Number("distillation.alpha"),
            Tau = table.Number("distillation.tau"),
            TopK = (int)table.Integer("distillation.top_k"),
        },
        TeacherCache = table.TextOrNull("distillation.cache"),
        Checkpoints = new()
        {
            Minutes = table.Number("checkpoints.minutes"),
            Steps = (int)table.Integer("checkpoints.steps"),
            KeepEvery = (int)table.Integer("checkpoints.keep_every"),
        },
    };

    /// <summary>The table that describes a recipe, every key stated that has a value.</summary>
    /// <exception cref="DeitException">Teacher and student differ in what a recipe states once.</exception>
    public static SpecTable FromRecipe(Recipe recipe)
    {
        TrainingOptions training = recipe.Student.Training;
        TrainingOptions ofTeacher = recipe.Teacher?.Training ?? training;
        if (ofTeacher.Seed != training.Seed || ofTeacher.Augmentation != training.Augmentation)
        {
            throw new DeitException(
                $"Recipe '{recipe.Name}' cannot be written: its teacher and its student have different seeds or augmentations; "
                + "give both the same.");
        }

        IEnumerable<(string Path, object? Value)> values =
        [
            ("name", recipe.Name),
            ("description", recipe.Description),
            ("seed", training.Seed),
            ("fused", training.Fused),
            ("tf32", training.TensorFloat32),
            ("data.dataset", recipe.Data.Dataset),
            ("data.path", recipe.Data.Path),
            ("data.image_size", (long)recipe.Data.ImageSize),
            ("data.crop_pct", recipe.Data.CropPct),
            ("data.validation", recipe.Data.Validation),
            ("data.class_map", recipe.Data.ClassMap),
            ("data.workers", (long)recipe.Data.Loading.Workers),
            ("data.prefetch", (long)recipe.Data.Loading.Prefetch),
            ("data.fast_decode", recipe.Data.Loading.FastDecode),
            ("data.max_bad_images", (long)recipe.Data.Loading.MaximumBadImages),
            .. AugmentationTable.From(training.Augmentation),
            .. FromModel(recipe.Teacher, TeacherTable),
            .. FromModel(recipe.Student, StudentTable),
            ("distillation.type", Spelling.ToSnakeCase(recipe.Distillation.Type.ToString())),
            ("distillation.alpha", recipe.Distillation.Alpha),
            ("distillation.tau", recipe.Distillation.Tau),
            ("distillation.top_k", (long)recipe.Distillation.TopK),
            ("distillation.cache", recipe.TeacherCache),
            ("checkpoints.minutes", recipe.Checkpoints.Minutes),
            ("checkpoints.steps", (long)recipe.Checkpoints.Steps),
            ("checkpoints.keep_every", (long)recipe.Checkpoints.KeepEvery),
        ];
        return SpecTable.Create(
            RecipeSchema.Recipe,
            values.Where(static value => value.Value is not null).Select(static value => new SpecEntry(value.Path, value.Value!)));
    }

    private static T Choice<T>(SpecTable table, string path)
        where T : struct, Enum => Enum.Parse<T>(table.Text(path).Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static string Choice<T>(T value)
        where T : struct, Enum => Spelling.ToSnakeCase(value.ToString());

    private static LoadingOptions ToLoading(SpecTable table) => new()
    {
        Workers = (int)table.Integer("data.workers"),
        Prefetch = (int)table.Integer("data.prefetch"),
        FastDecode = table.Boolean("data.fast_decode"),
        MaximumBadImages = (int)table.Integer("data.max_bad_images"),
    };

    private static ModelRecipe ToModel(SpecTable table, string at) => new()
    {
        Model = table.Text($"{at}.model"),
        Weights = table.TextOrNull($"{at}.weights"),
        Finetune = table.TextOrNull($"{at}.finetune"),
        Options = new() { DropPath = (double?)table.Find($"{at}.drop_path") },
        Training = new()
        {
            Seed = table.Integer("seed"),
            Fused = table.Boolean("fused"),
            TensorFloat32 = table.Boolean("tf32"),
            Epochs = (int)table.Integer($"{at}.epochs"),
            BatchSize = (int)table.Integer($"{at}.batch_size"),
            GradientAccumulationSteps = (int)table.Integer($"{at}.grad_accum_steps"),
            LearningRate = table.Number($"{at}.lr"),
            LearningRateScaling = Choice<LearningRateScaling>(table, $"{at}.lr_scale"),
            ScheduleType = Choice<ScheduleType>(table, $"{at}.sched"),
            Decay = new()
            {
                Epochs = (int)table.Integer($"{at}.decay_epochs"),
                Milestones = table.Integers($"{at}.decay_milestones"),
                Rate = table.Number($"{at}.decay_rate"),
                Patience = (int)table.Integer($"{at}.patience_epochs"),
            },
            WarmupEpochs = (int)table.Integer($"{at}.warmup_epochs"),
            WarmupLearningRate = table.Number($"{at}.warmup_lr"),
            WarmupPrefix = table.Boolean($"{at}.warmup_prefix"),
            CooldownEpochs = (int)table.Integer($"{at}.cooldown_epochs"),
            MinimumLearningRate = table.Number($"{at}.min_lr"),
            WeightDecay = table.Number($"{at}.weight_decay"),
            LayerDecay = table.Number($"{at}.layer_decay"),
            Freeze = new()
            {
                Prefixes = table.Find($"{at}.freeze") is EquatableArray<string> prefixes ? prefixes : default,
                AttentionOnly = table.Boolean($"{at}.attention_only"),
            },
            TrainMode = table.Boolean($"{at}.train_mode"),
            Loss = new() { Type = Choice<LossType>(table, $"{at}.loss"), BceThreshold = table.Number($"{at}.bce_threshold") },
            Mixing = new()
            {
                Smoothing = table.Number($"{at}.smoothing"),
                Mixup = table.Number($"{at}.mixup"),
                Cutmix = table.Number($"{at}.cutmix"),
                Probability = table.Number($"{at}.mixup_prob"),
                SwitchProbability = table.Number($"{at}.mixup_switch_prob"),
                Mode = Enum.Parse<MixupMode>(table.Text($"{at}.mixup_mode"), ignoreCase: true),
                CutmixMinMax = AugmentationTable.Interval(table, $"{at}.cutmix_minmax"),
                OffEpoch = (int)table.Integer($"{at}.mixup_off_epoch"),
            },
            EmaDecay = table.Number($"{at}.ema_decay"),
            EmaWarmup = table.Boolean($"{at}.ema_warmup"),
            ClipLimit = table.Number($"{at}.clip_grad"),
            ClipMode = Choice<ClipMode>(table, $"{at}.clip_mode"),
            Patience = (int)table.Integer($"{at}.patience"),
            EvaluateEvery = (int)table.Integer($"{at}.eval_every"),
            OnNonFinite = Choice<NonFinitePolicy>(table, $"{at}.on_nonfinite"),
            ExplosionFactor = table.Number($"{at}.explosion_factor"),
            AdamW = new()
            {
                Beta1 = table.Number($"{at}.beta1"),
                Beta2 = table.Number($"{at}.beta2"),
                Epsilon = table.Number($"{at}.eps"),
            },
            Augmentation = AugmentationTable.ToOptions(table),
        },
    };

    private static IEnumerable<(string Path, object? Value)> FromModel(ModelRecipe? model, string at)
    {
        if (model is null) return [];
        TrainingOptions training = model.Training;
        return
        [
            ($"{at}.model", model.Model),
            ($"{at}.weights", model.Weights),
            ($"{at}.finetune", model.Finetune),
            ($"{at}.drop_path", model.Options.DropPath),
            ($"{at}.epochs", (long)training.Epochs),
            ($"{at}.batch_size", (long)training.BatchSize),
            ($"{at}.grad_accum_steps", (long)training.GradientAccumulationSteps),
            ($"{at}.lr", training.LearningRate),
            ($"{at}.lr_scale", Choice(training.LearningRateScaling)),
            ($"{at}.sched", Choice(training.ScheduleType)),
            ($"{at}.decay_epochs", (long)training.Decay.Epochs),
            ($"{at}.decay_milestones", training.Decay.Milestones.Count > 0 ? training.Decay.Milestones : null),
            ($"{at}.decay_rate", training.Decay.Rate),
            ($"{at}.patience_epochs", (long)training.Decay.Patience),
            ($"{at}.warmup_epochs", (long)training.WarmupEpochs),
            ($"{at}.warmup_lr", training.WarmupLearningRate),
            ($"{at}.warmup_prefix", training.WarmupPrefix),
            ($"{at}.cooldown_epochs", (long)training.CooldownEpochs),
            ($"{at}.min_lr", training.MinimumLearningRate),
            ($"{at}.weight_decay", training.WeightDecay),
            ($"{at}.layer_decay", training.LayerDecay),
            ($"{at}.freeze", training.Freeze.Prefixes.Count > 0 ? training.Freeze.Prefixes : null),
            ($"{at}.attention_only", training.Freeze.AttentionOnly),
            ($"{at}.train_mode", training.TrainMode),
            ($"{at}.loss", Choice(training.Loss.Type)),
            ($"{at}.bce_threshold", training.Loss.BceThreshold),
            ($"{at}.smoothing", training.Mixing.Smoothing),
            ($"{at}.mixup", training.Mixing.Mixup),
            ($"{at}.cutmix", training.Mixing.Cutmix),
            ($"{at}.mixup_prob", training.Mixing.Probability),
            ($"{at}.mixup_switch_prob", training.Mixing.SwitchProbability),
            ($"{at}.mixup_mode", Spelling.ToSnakeCase(training.Mixing.Mode.ToString())),
            ($"{at}.cutmix_minmax", AugmentationTable.List(training.Mixing.CutmixMinMax)),
            ($"{at}.mixup_off_epoch", (long)training.Mixing.OffEpoch),
            ($"{at}.ema_decay", training.EmaDecay),
            ($"{at}.ema_warmup", training.EmaWarmup),
            ($"{at}.clip_grad", training.ClipLimit),
            ($"{at}.clip_mode", Choice(training.ClipMode)),
            ($"{at}.patience", (long)training.Patience),
            ($"{at}.eval_every", (long)training.EvaluateEvery),
            ($"{at}.on_nonfinite", Choice(training.OnNonFinite)),
            ($"{at}.explosion_factor", training.ExplosionFactor),
            ($"{at}.beta1", training.AdamW.Beta1),
            ($"{at}.beta2", training.AdamW.Beta2),
            ($"{at}.eps", training.AdamW.Epsilon),
        ];
    }
}
