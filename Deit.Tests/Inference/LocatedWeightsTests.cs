using Deit.Checkpoints;
using Deit.Inference;
using Deit.Pretrained;
using Deit.Tests.Pretrained;
using Deit.Tests.Support;
using Deit.Tests.Training;
using Deit.Training;

namespace Deit.Tests.Inference;

/// <summary>Weights are found in the usual ways, and what lies beside them says how to use them.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class LocatedWeightsTests : IDisposable
{
    private static readonly ModelDescription Model = TinyModels.Describe("tiny", distilled: false) with
    {
        Preprocessing = new() { CropPct = 0.5 },
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("checkpoint-best")]
    [InlineData("checkpoint-best/ema.safetensors")]
    [InlineData("checkpoint-last/model.safetensors")]
    public void The_weights_of_a_run_know_their_classes_and_preprocessing(string place)
    {
        string run = _folder.File("run");
        RecipeRun.Start(TinyRecipe.Load(_folder.Path, "distillation.type=none"), TinyModels.Registry, new() { Output = run }).Execute();

        LocatedWeights weights = LocatedWeights.Find(Path.Combine(run, place), Model);

        string file = place.Length == 0 ? "checkpoint-last/model.safetensors" : place == "checkpoint-best" ? "checkpoint-best/model.safetensors" : place;
        Assert.Equal(file, Path.GetRelativePath(run, weights.Path).Replace('\\', '/'));
        Assert.Equal(Enumerable.Range(0, 10).Select(static digit => $"{digit}"), weights.Names!.Classes.Select(static item => item.Label));
        Assert.Equal(1, weights.Preprocessing.CropPct);
        Assert.Equal([0.3057, 0.3057, 0.3057], weights.Preprocessing.Mean.AsEnumerable());
        Assert.Equal([0.324, 0.324, 0.324], weights.Preprocessing.Std.AsEnumerable());
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("pytorch_model.bin")]
    public void The_folder_of_timm_says_preprocessing_and_labels(string file)
    {
        File.WriteAllText(_folder.File(file), "");
        File.WriteAllText(_folder.File("config.json"), """
            {"architecture": "x", "label_names": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
             "pretrained_cfg": {"crop_pct": 0.95, "interpolation": "bilinear", "mean": [0.5, 0.5, 0.5], "std": [0.1, 0.2, 0.3]}}
            """);

        LocatedWeights weights = LocatedWeights.Find(_folder.Path, Model);

        Assert.Equal(_folder.File(file), weights.Path);
        Assert.Equal((0.95, "bilinear"), (weights.Preprocessing.CropPct, weights.Preprocessing.Interpolation));
        Assert.Equal([0.5, 0.5, 0.5], weights.Preprocessing.Mean.AsEnumerable());
        Assert.Equal([0.1, 0.2, 0.3], weights.Preprocessing.Std.AsEnumerable());
        Assert.Equal("j", weights.Names!.Classes[^1].Label);
    }

    [Fact]
    public void A_file_alone_is_used_as_the_model_says()
    {
        File.WriteAllText(_folder.File("w.pth"), "");

        LocatedWeights small = LocatedWeights.Find(_folder.File("w.pth"), Model);
        LocatedWeights large = LocatedWeights.Find(_folder.File("w.pth"), Model with { Classes = 1000 });

        Assert.Same(Model.Preprocessing, small.Preprocessing);
        Assert.Null(small.Names);
        Assert.Same(ClassNames.ImageNet, large.Names);
    }

    [Fact]
    public void Published_weights_come_with_their_own_preprocessing()
    {
        var file = new ServedFile(100);
        using var server = new LoopbackServer(file.Answer);
        ModelDescription published = PublishedModel.At(server.AddressOf(file.HubName));
        published = published with { PublishedWeights = [published.PublishedWeights[0] with { Preprocessing = new() { CropPct = 0.9 } }] };

        LocatedWeights weights = LocatedWeights.Find("pretrained:tag", published, download: new() { Cache = _folder.Path });

        Assert.Equal(file.Content, File.ReadAllBytes(weights.Path));
        Assert.Equal(0.9, weights.Preprocessing.CropPct);
    }

    [Theory]
    [InlineData(null, 0.875)]
    [InlineData(8, 0.875)]
    [InlineData(10, 1.0)]
    [InlineData(12, 0.875)]
    public void Weights_that_were_judged_at_several_sizes_are_prepared_for_the_one_at_hand(int? imageSize, double cropPct)
    {
        var file = new ServedFile(100);
        using var server = new LoopbackServer(file.Answer);
        ModelDescription published = PublishedModel.At(server.AddressOf(file.HubName));
        PublishedWeights usual = published.PublishedWeights[0];
        published = published with { PublishedWeights = [usual, usual with { ImageSize = 10, Preprocessing = new() { CropPct = 1 } }] };

        Assert.Equal(cropPct, LocatedWeights.Find("pretrained", published, imageSize, new() { Cache = _folder.Path }).Preprocessing.CropPct);
    }

    [Theory]
    [InlineData("nowhere", "There are no weights at")]
    [InlineData("", "has no weights")]
    public void What_is_not_there_is_named(string place, string message)
    {
        DeitException missing = Assert.Throws<DeitException>(() => WeightLocation.Find(Path.Combine(_folder.Path, place), Model));

        Assert.Contains(message, missing.Message);
        Assert.Contains(_folder.Path, missing.Message);
    }

    [Fact]
    public void A_checkpoint_whose_replacement_was_interrupted_is_still_found()
    {
        string run = _folder.File("run");
        RecipeRun.Start(TinyRecipe.Load(_folder.Path, "distillation.type=none", "student.epochs=1"), TinyModels.Registry, new() { Output = run }).Execute();
        Directory.Move(Path.Combine(run, "checkpoint-last"), Path.Combine(run, "checkpoint-last.old"));

        Assert.True(File.Exists(WeightLocation.Find(run, Model)));
        Assert.NotNull(CheckpointFolder.Find(Path.Combine(run, "checkpoint-last")));
    }
}
