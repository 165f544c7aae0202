using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Deit.Tests.Pretrained;

/// <summary>A request as a <see cref="LoopbackServer"/> received it.</summary>
internal sealed record ServerRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The first byte asked for; null where the whole file is.</summary>
    public long? RangeStart => Headers.TryGetValue("Range", out string? range)
        ? long.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture)
        : null;
}

/// <summary>What a <see cref="LoopbackServer"/> answers.</summary>
internal sealed record ServerReply(int Status, byte[] Body)
{
    /// <summary>Further headers, a line each.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>The length that is stated; null states none, and the end of the connection ends the body.</summary>
    public long? StatedLength { get; init; } = Body.Length;

    /// <summary>Bytes of the body after which the connection is cut; null sends all.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Whether the server falls silent after what it sent, instead of closing the connection.</summary>
    public bool FallsSilent { get; init; }
}

/// <summary>An HTTP server on this machine that can do what a real one does only on a bad day.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<ServerRequest, ServerReply> _answer;
    private readonly List<ServerRequest> _requests = [];
    private readonly Task _serving;

    public LoopbackServer(Func<ServerRequest, ServerReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<ServerRequest> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    public Uri AddressOf(string path) => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}");

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Stop();
        _serving.Wait();
        _stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await AnswerAsync(client);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
            {
                // The test is over, or the client went away: both are what a server lives with.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        NetworkStream stream = client.GetStream();
        if (await ReadAsync(stream) is not { } request) return;
        lock (_requests) _requests.Add(request);
        ServerReply reply = _answer(request);

        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\n");
        if (reply.StatedLength is { } length) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        foreach (string header in reply.Headers) head.Append(header).Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stopping.Token);
        await stream.WriteAsync(reply.Body.AsMemory(0, reply.CutAfter ?? reply.Body.Length), _stopping.Token);
        if (reply.FallsSilent) await Task.Delay(Timeout.Infinite, _stopping.Token);
    }

    private static async Task<ServerRequest?> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { Length: > 0 } line) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            int colon = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..colon]] = header[(colon + 1)..].Trim();
        }

        return new(line.Split(' ')[1], headers);
    }
}
