using Deit.Tests.Support;
using Deit.Training;
using static TorchSharp.torch;

namespace Deit.Tests.Training;

/// <summary>The recipe says how exactly a GPU multiplies, while it trains; libtorch has the switches where there is no GPU too.</summary>
[Collection(GlobalGenerator.Name)]
public sealed class TensorFloat32Tests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_as_the_options_say_while_a_training_goes_on_and_as_before_afterwards(bool allowed)
    {
        (bool, bool) before = Switches();
        var seen = new List<(bool, bool)>();
        using TinyClassifier model = TinyModels.Make<TinyClassifier>();

        new Trainer<TinyClassifier>(model, TinyTraining.Plain with { Epochs = 1, TensorFloat32 = allowed })
            .Fit(TinyTraining.Digits, new() { Observer = new RecordingObserver { AfterStep = _ => seen.Add(Switches()) } });

        Assert.All(seen, switches => Assert.Equal((allowed, allowed), switches));
        Assert.NotEmpty(seen);
        Assert.Equal(before, Switches());
    }

    [Fact]
    public void A_recipe_states_it()
    {
        using var folder = new TemporaryFolder();

        Assert.False(TinyRecipe.Load(folder.Path).Student.Training.TensorFloat32);
        Assert.True(TinyRecipe.Load(folder.Path, "tf32=true").Student.Training.TensorFloat32);
        Assert.Contains("tf32: true", TinyRecipe.Load(folder.Path, "tf32=true").ToYaml(), StringComparison.Ordinal);
    }

    private static (bool Products, bool Convolutions) Switches() => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
}
