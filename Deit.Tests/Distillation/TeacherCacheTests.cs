using Deit.Compiler.Specs;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;

namespace Deit.Tests.Distillation;

/// <summary>Answers that are to something else, or damaged, teach nobody.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class TeacherCacheTests : IDisposable
{
    private static readonly string[] Short = ["teacher.epochs=1", "student.epochs=2", "teacher.batch_size=512"];

    // Each is to be refused, under the name before the equals sign.
    private static readonly string[] Changes =
    [
        "seed=12", "fused=false", "tf32=true", "data.fast_decode=true", "data.crop_pct=0.9",
        "augmentation.crop=simple", "augmentation.crop_padding=2", "augmentation.scale=[0.5, 1]", "augmentation.ratio=[0.9, 1.1]",
        "augmentation.interpolation=bilinear", "augmentation.hflip=0.5", "augmentation.vflip=0.5", "augmentation.auto_augment=rand-m9-mstd0.5-inc1",
        "augmentation.color_jitter=[0.3]", "augmentation.color_jitter_prob=0.5", "augmentation.force_color_jitter=true",
        "augmentation.grayscale_prob=0.1", "augmentation.gaussian_blur_prob=0.1", "augmentation.random_erasing=0.2",
        "augmentation.random_erasing_mode=pixel", "augmentation.random_erasing_count=2", "augmentation.repeated=3",
        "student.batch_size=128", "student.mixup=0.5", "student.cutmix=1", "student.mixup_prob=0.5", "student.mixup_switch_prob=0.9",
        "student.mixup_mode=elem", "student.cutmix_minmax=[0.2, 0.8]", "student.mixup_off_epoch=1",
        "teacher.model=tiny_large_classifier", "teacher.epochs=2", "teacher.lr=2e-2", "teacher.mixup=0.1", "teacher.drop_path=0.1",
        "distillation.type=soft",
    ];

    // The tiny models take one size of image, and the digits are divided already.
    private static readonly string[] Impossible = ["data.image_size", "data.validation"];

    private static readonly string[] OfNoView =
        ["name", "description", "data.dataset", "data.path", "data.class_map", "data.workers", "data.prefetch", "data.max_bad_images"];

    private readonly TemporaryFolder _temporary = new();

    private string Answers => _temporary.File("answers");

    private string FirstEpoch => Path.Combine(Answers, "epoch-00001.answers");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Whatever_decides_on_the_answers_is_refused_where_it_differs_by_its_name()
    {
        Teach(Load());

        Assert.All(Changes, change =>
        {
            string name = change[..change.IndexOf('=', StringComparison.Ordinal)];
            DeitException error = Assert.Throws<DeitException>(() => Run(Load(change)));
            Assert.Contains($"The teacher's answers in '{Answers}' are to something else: ", error.Message, StringComparison.Ordinal);
            Assert.Contains($" {name} (", error.Message, StringComparison.Ordinal);
            Assert.Throws<DeitException>(() => Teach(Load(change)));
        });
        Assert.False(Directory.Exists(_temporary.File("run")));
    }

    [Fact]
    public void No_key_of_the_views_is_forgotten()
    {
        string[] leaves = [.. RecipeSchema.Recipe.Leaves().Select(static leaf => leaf.Path)];
        string[] changed = [.. Changes.Select(static change => change[..change.IndexOf('=', StringComparison.Ordinal)])];

        Assert.Equal(
            leaves.Where(static path => !path.StartsWith("student.", StringComparison.Ordinal) && !path.StartsWith("teacher.", StringComparison.Ordinal)
                && !path.StartsWith("distillation.", StringComparison.Ordinal) && !path.StartsWith("checkpoints.", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            changed.Where(static path => !path.StartsWith("student.", StringComparison.Ordinal) && !path.StartsWith("teacher.", StringComparison.Ordinal)
                && !path.StartsWith("distillation.", StringComparison.Ordinal)).Concat(Impossible).Concat(OfNoView).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Both_values_are_named()
    {
        Teach(Load());

        DeitException error = Assert.Throws<DeitException>(() => Run(Load("student.mixup=0.25", "seed=7")));

        Assert.Contains("something else: seed (11 there, 7 now), student.mixup (0.8 there, 0.25 now). ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_kept_logits_is_compared()
    {
        Teach(Load("distillation.type=soft", "distillation.top_k=4"));

        DeitException error = Assert.Throws<DeitException>(() => Run(Load("distillation.type=soft", "distillation.top_k=10")));

        Assert.Contains("distillation.top_k (4 there, 0 now)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_weights_under_the_same_name_are_refused_and_the_same_under_another_are_not()
    {
        string trained = _temporary.File("trained"), moved = _temporary.File("moved");
        Train(trained, "seed=1");
        Teach(Load($"teacher.weights={trained}"));
        Directory.Move(trained, moved);
        Train(trained, "seed=2");

        DeitException error = Assert.Throws<DeitException>(() => Run(Load($"teacher.weights={trained}")));
        Run(Load($"teacher.weights={moved}"));

        Assert.Contains("something else: teacher.weights.sha256 (", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_weights_that_are_not_there_are_refused_by_their_name()
    {
        string trained = _temporary.File("trained");
        Train(trained, "seed=1");
        Teach(Load($"teacher.weights={trained}"));

        DeitException error = Assert.Throws<DeitException>(() => Run(Load("teacher.weights=/nowhere")));

        Assert.Contains($"teacher.weights ({trained} there, /nowhere now)", error.Message.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_to_other_images_are_noticed_where_no_key_tells()
    {
        Teach(Load());
        string key = Path.Combine(Answers, "key.json");
        string other = _temporary.File("other");
        Recipe changed = Load("student.mixup=0.1");
        using (TeachRun run = TeachRun.Start(changed with { TeacherCache = null }, TinyModels.Registry, new() { Output = other })) run.Execute();
        File.WriteAllText(Path.Combine(other, "key.json"), File.ReadAllText(key));
        foreach (string file in Directory.GetFiles(other, "epoch*"))
        {
            // The same header, other answers.
            byte[] bytes = File.ReadAllBytes(file);
            File.ReadAllBytes(Path.Combine(Answers, Path.GetFileName(file))).AsSpan(0, 64).CopyTo(bytes);
            File.WriteAllBytes(file, bytes);
        }

        DeitException error = Assert.Throws<DeitException>(() => Run(Load() with { TeacherCache = other }));

        Assert.Contains("are to other images at batch 1 of epoch 1, though all settings agree", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused_before_anything_is_trained()
    {
        Teach(Load());
        using (var file = new FileStream(FirstEpoch, FileMode.Open)) file.SetLength(file.Length - 1);

        DeitException error = Assert.Throws<DeitException>(() => Run(Load()));

        Assert.Contains($"'{FirstEpoch}' is damaged: it has ", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temporary.File("run")));
        Assert.Throws<DeitException>(() => Teach(Load()));
    }

    [Theory]
    [InlineData(20, "its header is not that of this epoch and this cache")]
    [InlineData(64, "the checksum of batch 1 is another")]
    [InlineData(69, "the checksum of batch 1 is another")]
    [InlineData(-1, "the checksum of batch 5 is another")]
    public void A_byte_that_was_changed_is_noticed(int place, string reason)
    {
        Teach(Load());
        byte[] bytes = File.ReadAllBytes(FirstEpoch);
        bytes[place < 0 ? ^1 : place] ^= 4;
        File.WriteAllBytes(FirstEpoch, bytes);

        DeitException error = Assert.Throws<DeitException>(() => Run(Load()));

        Assert.Contains($"'{FirstEpoch}' is damaged: {reason}. Delete it, and let 'deit teach' write it again.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_deleted_is_written_again_to_the_byte()
    {
        Teach(Load());
        byte[] written = File.ReadAllBytes(FirstEpoch);
        File.Delete(FirstEpoch);

        Teach(Load());

        Assert.Equal(written, File.ReadAllBytes(FirstEpoch));
        Assert.Equal(64 + (5 * (4 + 8 + 256)), written.Length);
    }

    [Fact]
    public void Where_there_is_no_cache_that_is_said()
    {
        DeitException error = Assert.Throws<DeitException>(() => Run(Load()));

        Assert.Contains($"There are no answers of a teacher in '{Answers}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_relative_to_the_recipe()
    {
        string file = _temporary.File("relative.yaml");
        File.WriteAllText(file, TinyRecipe.Text + "\n  cache: answers\n");

        Assert.Equal(Answers, Recipe.Load(file).TeacherCache);
    }

    private Recipe Load(params string[] options) => TinyRecipe.Load(_temporary.Path, [.. Short, .. options]) with { TeacherCache = Answers };

    private void Train(string output, string option) =>
        RecipeRun.Start(Load("distillation.type=none", "student.model=tiny_classifier", option), TinyModels.Registry, new() { Output = output }).Execute();

    private void Run(Recipe recipe) => RecipeRun.Start(recipe, TinyModels.Registry, new() { Output = _temporary.File("run") }).Execute();

    private static void Teach(Recipe recipe)
    {
        using TeachRun run = TeachRun.Start(recipe, TinyModels.Registry, new());
        run.Execute();
    }
}
