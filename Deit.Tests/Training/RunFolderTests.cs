using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Training;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_and_left_alone()
    {
        File.WriteAllText(_temporary.File("thesis.txt"), "mine");

        var error = Assert.Throws<DeitException>(() => RunFolder.Create(_temporary.Path, "name", TimeProvider.System));

        Assert.Contains("is not empty", error.Message, StringComparison.Ordinal);
        Assert.Equal(["thesis.txt"], _temporary.FileNames());
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_refused()
    {
        File.WriteAllText(_temporary.File("out"), "");

        Assert.Throws<DeitException>(() => RunFolder.Create(_temporary.File("out"), "name", TimeProvider.System));
    }

    [Fact]
    public void A_folder_of_no_run_cannot_be_opened()
    {
        var error = Assert.Throws<DeitException>(() => RunFolder.Open(_temporary.Path));

        Assert.Contains("recipe.yaml is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metrics_are_read_back_and_a_torn_line_is_left_out()
    {
        RunFolder folder = RunFolder.Create(_temporary.File("out"), "name", TimeProvider.System);
        folder.Append(Metrics(1));
        folder.Append(Metrics(2));
        File.AppendAllText(folder.MetricsFile, "{\"epoch\":3,\"learn");

        Assert.Equal([Metrics(1), Metrics(2)], folder.ReadMetrics().AsEnumerable());
        Assert.Equal([Metrics(1)], folder.KeepMetrics(1).AsEnumerable());
        Assert.Equal([Metrics(1)], folder.ReadMetrics().AsEnumerable());
        Assert.Throws<DeitException>(() => folder.KeepMetrics(2));
    }

    [Fact]
    public void A_line_of_metrics_has_the_documented_names()
    {
        RunFolder folder = RunFolder.Create(_temporary.File("out"), "name", TimeProvider.System);

        folder.Append(Metrics(1));

        Assert.Equal(
            """{"epoch":1,"learningRate":0.01,"trainLoss":2,"validationLoss":1,"top1":0.5,"classTop1":null,"distillationTop1":0.25,"emaTop1":null,"imagesPerSecond":10,"seconds":4}""" + "\n",
            File.ReadAllText(folder.MetricsFile));
    }

    [Fact]
    public void Damaged_metrics_name_their_file()
    {
        RunFolder folder = RunFolder.Create(_temporary.File("out"), "name", TimeProvider.System);
        File.WriteAllText(folder.MetricsFile, "{\"epoch\":1}\n");

        var error = Assert.Throws<DeitException>(() => folder.ReadMetrics());

        Assert.Contains("metrics.jsonl' is damaged", error.Message, StringComparison.Ordinal);
    }

    private static EpochMetrics Metrics(int epoch) => new()
    {
        Epoch = epoch,
        LearningRate = 0.01,
        TrainLoss = 2,
        ValidationLoss = 1,
        Top1 = 0.5,
        DistillationTop1 = 0.25,
        ImagesPerSecond = 10,
        Seconds = 4,
    };
}
