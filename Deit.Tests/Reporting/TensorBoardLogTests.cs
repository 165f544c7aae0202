using System.Text;
using Deit.Checkpoints;
using Deit.Reporting.TensorBoard;
using Deit.Tests.Support;
using Deit.Training;

namespace Deit.Tests.Reporting;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly SteppingClock _clock = new();

    private string BoardFolder => _temporary.File("board");

    public void Dispose() => _temporary.Dispose();

    // The check value of the CRC catalogue, and those of RFC 3720, appendix B.4.
    [Theory]
    [InlineData("313233343536373839", 0xe3069283)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8a9136aa)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x62a8ab43)]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x46dd794e)]
    public void The_checksum_is_CRC_32C(string bytes, uint expected)
    {
        Assert.Equal(expected, Crc32C.Of(Convert.FromHexString(bytes)));
        Assert.Equal(expected, EventFile.Crc(Convert.FromHexString(bytes)));
    }

    [Fact]
    public void A_file_begins_as_those_of_TensorFlow_do()
    {
        Log().Begin([]);

        // The length of the first message, 24, and its checksum are those of every event file.
        byte[] bytes = File.ReadAllBytes(TheFile());
        Assert.Equal("1800000000000000A37F4B2209", Convert.ToHexString(bytes[..13]));
        Assert.Equal("brain.Event:2", Encoding.ASCII.GetString(bytes, 23, 13));
        Assert.Matches(@"^events\.out\.tfevents\.1600000000\.deit\.000$", Path.GetFileName(TheFile()));
        Assert.True(EventFile.Read(TheFile())[1].IsStart);
    }

    [Fact]
    public void An_epoch_is_a_step_with_the_metrics_that_it_has()
    {
        TensorBoardLog log = Log();
        log.Begin([]);

        log.Add(Epoch(1));
        log.Add(Epoch(2) with { ClassTop1 = 0.25, DistillationTop1 = 0.75, EmaTop1 = 0.125 });

        List<EventOfFile> events = EventFile.Read(TheFile());
        Assert.Equal([0, 0, 1, 2], events.Select(static record => record.Step));
        Assert.Equal(
            new Dictionary<string, float>
            {
                ["train/loss"] = 1.5f,
                ["train/lr"] = 0.001f,
                ["train/images_per_second"] = 64,
                ["val/loss"] = 0.5f,
                ["val/top1"] = 0.01f,
            },
            events[2].Scalars);
        Assert.Equal(
            ["train/images_per_second", "train/loss", "train/lr", "val/loss", "val/top1", "val/top1_class", "val/top1_distillation", "val/top1_ema"],
            events[3].Scalars.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((0.25f, 0.75f, 0.125f), (events[3].Scalars["val/top1_class"], events[3].Scalars["val/top1_distillation"], events[3].Scalars["val/top1_ema"]));
        Assert.All(events, static record => Assert.InRange(record.WallTime, 1_600_000_000, 1_600_000_100));
    }

    [Fact]
    public void An_epoch_that_was_not_evaluated_has_no_point_of_an_evaluation()
    {
        TensorBoardLog log = Log();
        log.Begin([Epoch(1)]);

        log.Add(Epoch(2) with { EvaluatedEpoch = 1, ClassTop1 = 0.25, DistillationTop1 = 0.75, EmaTop1 = 0.125 });

        Assert.Equal(["train/images_per_second", "train/loss", "train/lr"], EventFile.Read(TheFile())[^1].Scalars.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_resumed_training_has_every_step_once()
    {
        TensorBoardLog log = Log();
        log.Begin([]);
        for (int epoch = 1; epoch <= 5; epoch++) log.Add(Epoch(epoch));
        string first = TheFile();

        // Killed in the middle of a record, and resumed from a checkpoint of epoch 3.
        using (FileStream stream = File.OpenWrite(first)) stream.SetLength(stream.Length - 7);
        TensorBoardLog resumed = Log();
        resumed.Begin([Epoch(1), Epoch(2), Epoch(3)]);
        resumed.Add(Epoch(4));

        List<EventOfFile> events = EventFile.Read(TheFile());
        Assert.Equal([0, 0, 1, 2, 3, 4], events.Select(static record => record.Step));
        Assert.NotEqual(first, TheFile());

        // The epochs that it keeps are as far apart as they took.
        Assert.Equal([2, 2, 2], events[1..].Zip(events[2..5]).Select(static pair => Math.Round(pair.Second.WallTime - pair.First.WallTime, 3)));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said_once_and_stops_nothing()
    {
        File.WriteAllText(BoardFolder, "not a folder");
        var observer = new FailureObserver();
        var log = new TensorBoardLog(BoardFolder, _clock, observer);

        log.Begin([]);
        log.Add(Epoch(1));

        Assert.Contains(BoardFolder, Assert.Single(observer.Failures));
    }

    [Fact]
    public void Without_a_folder_nothing_is_written()
    {
        var log = new TensorBoardLog(null, _clock, null);

        log.Begin([Epoch(1)]);
        log.Add(Epoch(2));

        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path));
    }

    private TensorBoardLog Log() => new(BoardFolder, _clock, null);

    private string TheFile() => Assert.Single(Directory.GetFiles(BoardFolder));

    private static EpochMetrics Epoch(int number) => new()
    {
        Epoch = number,
        LearningRate = 0.001,
        TrainLoss = 1.5,
        ValidationLoss = 0.5,
        Top1 = number / 100.0,
        ImagesPerSecond = 64,
        Seconds = 2,
    };

    private sealed class FailureObserver : ITrainingObserver
    {
        public List<string> Failures { get; } = [];

        public void ReportFailed(string reason) => Failures.Add(reason);
    }

    /// <summary>A tenth of a second from one look to the next.</summary>
    private sealed class SteppingClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);

        public override DateTimeOffset GetUtcNow()
        {
            DateTimeOffset now = _now;
            _now += TimeSpan.FromMilliseconds(100);
            return now;
        }
    }
}
