using Deit.Pretrained;
using Deit.Tests.Support;

namespace Deit.Tests.Pretrained;

/// <summary>A download ends with the right file or with one clear sentence, whatever the server and the connection do.</summary>
public sealed class DownloadTests : IDisposable
{
    private const int Length = 300_000;

    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void A_file_arrives_whole_and_a_second_download_asks_nobody()
    {
        var file = new ServedFile(Length);
        using var server = new LoopbackServer(file.Answer);
        ModelDescription model = Model(server.AddressOf(file.HubName));

        string path = PretrainedWeights.Download(model, options: Options());
        string again = PretrainedWeights.Download(model, options: Options());

        Assert.Equal(file.Content, File.ReadAllBytes(path));
        Assert.Equal(path, again);
        Assert.Equal(PretrainedWeights.PathOf(model, cache: _cache.Path), path);
        Assert.Single(server.Requests);
        Assert.Single(FilesOf(path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Interruptions_at_any_byte_only_make_it_take_longer(int seed)
    {
        var file = new ServedFile(Length, seed);
        var random = new Random(seed);
        using var server = new LoopbackServer(request =>
        {
            ServerReply reply = file.Answer(request);
            bool isWhole = request.RangeStart is not null && random.Next(4) == 0;
            return isWhole ? reply : reply with { CutAfter = random.Next(Math.Min(reply.Body.Length, 60_000)) };
        });

        string path = PretrainedWeights.Download(Model(server.AddressOf(file.HubName)), options: Options() with { Attempts = 50 });

        Assert.Equal(file.Content, File.ReadAllBytes(path));
        Assert.True(server.Requests.Count > 1);
        Assert.All(server.Requests.Where(static request => request.RangeStart is not null), request => Assert.Equal(file.Tag, request.Headers["If-Range"]));
    }

    [Fact]
    public void What_an_earlier_run_left_is_not_downloaded_again()
    {
        var file = new ServedFile(Length);
        bool isCut = true;
        using var server = new LoopbackServer(request => file.Answer(request) with { CutAfter = isCut ? 100_000 : null });
        ModelDescription model = Model(server.AddressOf(file.HubName));
        DeitException interrupted = Assert.Throws<DeitException>(() => PretrainedWeights.Download(model, options: Options() with { Attempts = 1 }));
        isCut = false;
        var progress = new Recorder();

        string path = PretrainedWeights.Download(model, options: Options() with { Progress = progress });

        Assert.Contains("100000 bytes that arrived are kept", interrupted.Message);
        Assert.Equal(100_000, server.Requests[^1].RangeStart);
        Assert.Equal(new DownloadProgress(100_000, Length, 100_000), progress.Seen[0]);
        Assert.Equal(new DownloadProgress(Length, Length, 100_000), progress.Seen[^1]);
        Assert.Equal(file.Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_file_that_changed_between_two_parts_is_downloaded_anew()
    {
        (ServedFile before, ServedFile after) = (new(Length, seed: 1), new(Length, seed: 2));
        ServedFile now = before;
        using var server = new LoopbackServer(request =>
        {
            ServerReply reply = now.Answer(request);
            bool isFirst = ReferenceEquals(now, before);
            now = after;
            return reply with { CutAfter = isFirst ? 120_000 : null };
        });

        string path = PretrainedWeights.Download(Model(server.AddressOf("/weights.pth")), options: Options());

        Assert.Equal(after.Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_server_without_ranges_sends_all_again()
    {
        var file = new ServedFile(Length) { KnowsRanges = false };
        int cuts = 2;
        using var server = new LoopbackServer(request => file.Answer(request) with { CutAfter = cuts-- > 0 ? 50_000 : null });

        string path = PretrainedWeights.Download(Model(server.AddressOf(file.HubName)), options: Options());

        Assert.Equal(file.Content, File.ReadAllBytes(path));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public void Nothing_is_added_to_bytes_whose_version_the_server_does_not_name()
    {
        var file = new ServedFile(Length) { Tag = null };
        bool isCut = true;
        using var server = new LoopbackServer(request => file.Answer(request) with { CutAfter = isCut ? 50_000 : null });
        ModelDescription model = Model(server.AddressOf(file.HubName));
        Assert.Throws<DeitException>(() => PretrainedWeights.Download(model, options: Options() with { Attempts = 1 }));
        isCut = false;

        string path = PretrainedWeights.Download(model, options: Options());

        Assert.All(server.Requests, static request => Assert.Null(request.RangeStart));
        Assert.Equal(file.Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_damaged_body_is_deleted_and_named()
    {
        var file = new ServedFile(Length);
        string name = file.HubName;
        file.Content[Length / 2] ^= 1;
        using var server = new LoopbackServer(file.Answer);
        ModelDescription model = Model(server.AddressOf(name));

        DeitException damaged = Assert.Throws<DeitException>(() => PretrainedWeights.Download(model, options: Options()));

        Assert.Contains($"'{name[1..]}' arrived damaged and was deleted", damaged.Message);
        Assert.Contains(file.Sha256[..16], damaged.Message);
        Assert.Empty(FilesOf(PretrainedWeights.PathOf(model, cache: _cache.Path)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_hub_says_the_hash_while_it_redirects(bool isDamaged)
    {
        var file = new ServedFile(Length);
        string hash = file.Sha256;
        if (isDamaged) file.Content[7] ^= 1;
        using var server = new LoopbackServer(request => request.Path == "/stored"
            ? file.Answer(request)
            : new(302, []) { Headers = ["Location: /stored", $"X-Linked-Etag: \"{hash}\"", $"X-Linked-Size: {Length}"] });
        ModelDescription model = Model(server.AddressOf("/timm/name.tag/resolve/main/model.safetensors"));

        if (isDamaged)
        {
            DeitException damaged = Assert.Throws<DeitException>(() => PretrainedWeights.Download(model, options: Options()));
            Assert.Contains($"the server says {hash[..16]}", damaged.Message);
        }
        else
        {
            string path = PretrainedWeights.Download(model, options: Options());
            Assert.Equal(file.Content, File.ReadAllBytes(path));
            Assert.Equal("model.safetensors", Path.GetFileName(path));
        }
    }

    [Theory]
    [InlineData("404 Status", 404)]
    [InlineData("403 Status", 403)]
    public void A_file_that_is_not_there_is_asked_for_once(string message, int status)
    {
        using var server = new LoopbackServer(_ => new(status, []));

        DeitException refused = Assert.Throws<DeitException>(() => PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options()));

        Assert.Contains(message, refused.Message);
        Assert.Contains("/w.pth", refused.Message);
        Assert.Single(server.Requests);
        Assert.Empty(FilesOf(Path.Combine(_cache.Path, "weights", "downloaded", "tag", "w.pth")));
    }

    [Fact]
    public void A_busy_server_is_asked_again_as_often_as_the_options_say()
    {
        var file = new ServedFile(Length);
        int refusals = 3;
        using var server = new LoopbackServer(request => refusals-- > 0 ? new(503, []) { Headers = ["Retry-After: 1000"] } : file.Answer(request));

        string path = PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options() with { Attempts = 4 });
        refusals = 3;
        DeitException givenUp = Assert.Throws<DeitException>(() =>
            PretrainedWeights.Download(Model(server.AddressOf("/other.pth")), options: Options() with { Attempts = 3 }));

        Assert.Equal(file.Content, File.ReadAllBytes(path));
        Assert.Contains("503", givenUp.Message);
    }

    [Fact]
    public void A_body_shorter_than_its_stated_length_is_never_taken_for_whole()
    {
        var file = new ServedFile(Length);
        using var server = new LoopbackServer(request => file.Answer(request) with { StatedLength = Length + 1 });

        DeitException givenUp = Assert.Throws<DeitException>(() =>
            PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options() with { Attempts = 2 }));

        Assert.Contains("cannot be downloaded", givenUp.Message);
        Assert.False(File.Exists(PretrainedWeights.PathOf(Model(server.AddressOf("/w.pth")), cache: _cache.Path)));
    }

    [Fact]
    public void A_part_that_was_not_asked_for_is_not_taken()
    {
        var file = new ServedFile(Length);
        int answers = 0;
        using var server = new LoopbackServer(request => answers++ switch
        {
            0 => file.Answer(request) with { CutAfter = 50_000 },
            1 => new(206, file.Content[70_000..]) { Headers = [$"Content-Range: bytes 70000-{Length - 1}/{Length}"] },
            _ => file.Answer(request),
        });

        string path = PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options());

        Assert.Equal(file.Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_server_that_falls_silent_is_asked_for_the_rest()
    {
        var file = new ServedFile(Length);
        int answers = 0;
        using var silent = new LoopbackServer(request => file.Answer(request) with { CutAfter = 50_000, FallsSilent = true });
        using var server = new LoopbackServer(request => answers++ == 0
            ? new(307, []) { Headers = [$"Location: {silent.AddressOf("/w")}"] }
            : file.Answer(request));

        string path = PretrainedWeights.Download(
            Model(server.AddressOf(file.HubName)), options: Options() with { Silence = TimeSpan.FromMilliseconds(500) });

        Assert.Equal(file.Content, File.ReadAllBytes(path));
        Assert.Equal(50_000, server.Requests[^1].RangeStart);
    }

    [Fact]
    public void Redirections_in_a_circle_end()
    {
        using var server = new LoopbackServer(request => new(302, []) { Headers = ["Location: /w.pth"] });

        DeitException endless = Assert.Throws<DeitException>(() => PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options()));

        Assert.Contains("is redirected more than 10 times", endless.Message);
    }

    [Fact]
    public void Without_a_network_the_error_names_the_address()
    {
        Uri nobody;
        using (var server = new LoopbackServer(_ => new(404, []))) nobody = server.AddressOf("/w.pth");

        DeitException unreachable = Assert.Throws<DeitException>(() => PretrainedWeights.Download(Model(nobody), options: Options() with { Attempts = 2 }));

        Assert.StartsWith($"{nobody} cannot be downloaded: ", unreachable.Message);
        Assert.Contains("Check the connection", unreachable.Message);
        Assert.DoesNotContain('\n', unreachable.Message);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_named()
    {
        string file = _cache.File("taken");
        File.WriteAllText(file, "");
        using var server = new LoopbackServer(new ServedFile(10).Answer);

        DeitException refused = Assert.Throws<DeitException>(() =>
            PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options() with { Cache = file }));

        Assert.Contains(file, refused.Message);
        Assert.Contains("DEIT_CACHE", refused.Message);
    }

    [SkippableFact]
    public void A_full_disk_is_the_error_and_not_the_network()
    {
        using SmallDisk disk = SmallDisk.Require(_cache.Path, bytes: 128 << 10);
        using var server = new LoopbackServer(new ServedFile(Length).Answer);

        DeitException full = Assert.Throws<DeitException>(() => PretrainedWeights.Download(Model(server.AddressOf("/w.pth")), options: Options()));

        Assert.Contains("Make room", full.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_download_under_way_in_another_process_is_left_alone()
    {
        using var server = new LoopbackServer(new ServedFile(10).Answer);
        ModelDescription model = Model(server.AddressOf("/w.pth"));
        string part = PretrainedWeights.PathOf(model, cache: _cache.Path) + ".part";
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        using var other = new FileStream(part, FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        DeitException refused = Assert.Throws<DeitException>(() => PretrainedWeights.Download(model, options: Options()));

        Assert.Contains("Wait for whoever downloads it", refused.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void Force_replaces_the_file_only_when_the_new_one_is_whole()
    {
        (ServedFile before, ServedFile after) = (new(Length, seed: 1), new(Length, seed: 2));
        ServedFile now = before;
        bool isCut = false;
        using var server = new LoopbackServer(request => now.Answer(request) with { CutAfter = isCut ? 10 : null });
        ModelDescription model = Model(server.AddressOf("/w.pth"));
        string path = PretrainedWeights.Download(model, options: Options());
        (now, isCut) = (after, true);

        Assert.Throws<DeitException>(() => PretrainedWeights.Download(model, options: Options() with { Force = true, Attempts = 1 }));
        byte[] kept = File.ReadAllBytes(path);
        isCut = false;
        PretrainedWeights.Download(model, options: Options() with { Force = true });

        Assert.Equal(before.Content, kept);
        Assert.Equal(after.Content, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_cancelled_download_keeps_what_arrived()
    {
        var file = new ServedFile(Length);
        using var server = new LoopbackServer(file.Answer);
        ModelDescription model = Model(server.AddressOf(file.HubName));
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder { OnReport = value => { if (value.Done > 0) cancellation.Cancel(); } };

        Assert.ThrowsAny<OperationCanceledException>(() =>
            PretrainedWeights.Download(model, options: Options() with { Progress = progress }, cancellationToken: cancellation.Token));
        string path = PretrainedWeights.Download(model, options: Options());

        Assert.True(server.Requests[^1].RangeStart is > 0 or null);
        Assert.Equal(file.Content, File.ReadAllBytes(path));
    }

    /// <summary>A model whose only weights are at an address.</summary>
    private static ModelDescription Model(Uri address) => PublishedModel.At(address);

    private DownloadOptions Options() => new() { Cache = _cache.Path, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2) };

    private static string[] FilesOf(string path) => Directory.Exists(Path.GetDirectoryName(path)) ? Directory.GetFiles(Path.GetDirectoryName(path)!) : [];

    private sealed class Recorder : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Seen { get; } = [];

        public Action<DownloadProgress>? OnReport { get; init; }

        public void Report(DownloadProgress value)
        {
            Seen.Add(value);
            OnReport?.Invoke(value);
        }
    }
}
