using System.CommandLine;
using System.Text.Json;
using Deit.Cli;
using Deit.Cli.Commands;
using Deit.Pretrained;
using Deit.Tests.Pretrained;
using Deit.Tests.Support;

namespace Deit.Tests.Cli;

public sealed class DownloadCommandTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();
    private readonly ServedFile _file = new(50_000);

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void Download_says_how_it_goes_on_in_plain_lines_and_then_the_path()
    {
        using var server = new LoopbackServer(_file.Answer);

        string[] lines = Run(server, "any").Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith("downloaded.tag: 0 B of 50.0 kB", lines[0]);
        Assert.Equal("downloaded.tag: 50.0 kB of 50.0 kB", lines[^2]);
        Assert.Equal(_file.Content, File.ReadAllBytes(lines[^1]));
    }

    [Fact]
    public void Downloaded_weights_are_answered_at_once_and_as_json()
    {
        using var server = new LoopbackServer(_file.Answer);
        Run(server, "any");

        JsonElement answer = JsonDocument.Parse(Run(server, "any", "--json")).RootElement;

        Assert.Single(server.Requests);
        Assert.Equal(
            ["model", "tag", "address", "path", "bytes", "top1", "source"],
            answer.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(50_000, answer.GetProperty("bytes").GetInt64());
        Assert.Equal(_file.Content, File.ReadAllBytes(answer.GetProperty("path").GetString()!));
    }

    [Fact]
    public void An_interruption_is_said_with_the_time_of_the_next_attempt()
    {
        int answers = 0;
        using var server = new LoopbackServer(request => answers++ == 0 ? new(503, []) : _file.Answer(request));

        Assert.Contains("downloaded.tag: 503 Status; next attempt in 0 s", Run(server, "any"));
    }

    [Fact]
    public void Force_downloads_again()
    {
        using var server = new LoopbackServer(_file.Answer);
        Run(server, "any");
        Run(server, "any", "--force");

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public void A_tag_that_is_not_there_is_a_wrong_command_line()
    {
        using var server = new LoopbackServer(_file.Answer);

        UsageException wrong = Assert.Throws<UsageException>(() => Run(server, "any", "--tag", "tak"));

        Assert.Contains("Did you mean 'tag'?", wrong.Message);
    }

    private string Run(LoopbackServer server, params string[] arguments)
    {
        using var output = new StringWriter();
        ModelDescription model = PublishedModel.At(server.AddressOf(_file.HubName));
        Command command = DownloadCommand.Create(new Terminal(output, isRedirected: true), _ => model, new DownloadOptions { Cache = _cache.Path, FirstPause = TimeSpan.FromMilliseconds(1) });
        command.Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false });
        return output.ToString();
    }
}
