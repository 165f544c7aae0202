using System.Net;

namespace Deit.Pretrained;

/// <summary>Brings one file from an address to the disk, however often the connection breaks.</summary>
/// <param name="client">A client that does not follow redirections itself.</param>
/// <param name="address">Where the file is.</param>
/// <param name="target">Where it goes.</param>
/// <param name="options">Attempts, pauses, progress.</param>
internal sealed class Transfer(HttpClient client, Uri address, string target, DownloadOptions options)
{
    private const int BufferSize = 1 << 17;

    private long _resumed;

    /// <summary>Downloads the file, checks it and puts it into its place.</summary>
    /// <exception cref="DeitException">The server has no such file, it cannot be reached, the file is damaged, or the disk refuses.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PartialFile file = PartialFile.Open(target, address);
        (int failures, long furthest) = (0, file.Length);
        while (await AttemptAsync(file, cancellationToken).ConfigureAwait(false) is { } failure)
        {
            // Whoever brings bytes is worth another attempt: the end comes nearer with every one.
            failures = file.Length > furthest ? 1 : failures + 1;
            furthest = Math.Max(furthest, file.Length);
            if (failures >= options.Attempts) throw GivenUp(file, failure);
            TimeSpan pause = Pause(failures, failure.RetryAfter);
            Report(file, FormattableString.Invariant($"{failure.Reason.TrimEnd('.')}; next attempt in {pause.TotalSeconds:0} s"));
            await Task.Delay(pause, options.Time, cancellationToken).ConfigureAwait(false);
        }

        file.Complete(ChecksumOf(file.Version!));
    }

    /// <summary>One connection; null where the file is whole now, otherwise why it is not.</summary>
    private async Task<Interruption?> AttemptAsync(PartialFile file, CancellationToken cancellationToken)
    {
        // A server that falls silent is a broken connection too.
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(options.Silence);
        try
        {
            using HttpAnswer answer = await HttpAnswer
                .AskAsync(client, address, file.Length, file.Version?.Validator, silence.Token).ConfigureAwait(false);
            if (Refusal(answer.Response, file) is { } refusal) return refusal;
            if (answer.Response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return null;
            if (answer.Response.StatusCode == HttpStatusCode.OK) file.Begin(VersionOf(answer));
            _resumed = file.Length;
            await CopyAsync(answer.Response, file, silence).ConfigureAwait(false);
            return file.Version!.Length is { } length && length != file.Length
                ? new($"{file.Length} bytes arrived of {length}")
                : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new((exception.InnerException ?? exception).Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new($"the server was silent for {options.Silence.TotalSeconds:0} seconds", exception);
        }
    }

    /// <summary>Why an answer brings nothing; null where it does.</summary>
    private Interruption? Refusal(HttpResponseMessage response, PartialFile file)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
            case HttpStatusCode.RequestedRangeNotSatisfiable when file.Length > 0 && file.Version!.Length == file.Length:
                return null;
            case HttpStatusCode.PartialContent when Continues(response, file):
                return null;
            case HttpStatusCode.PartialContent:
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                file.Discard();
                return new("the server sent another part of the file than was asked for");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                return new(Status(response)) { RetryAfter = response.Headers.RetryAfter?.Delta };
            default:
                throw new DeitException(
                    $"{address} cannot be downloaded: the server says {Status(response)}. Correct the address, or download the "
                    + $"file elsewhere and put it at '{target}'.");
        }
    }

    private static bool Continues(HttpResponseMessage response, PartialFile file) =>
        file.Version is { } version
        && response.Content.Headers.ContentRange is { } range
        && range.From == file.Length
        && (range.Length is null || version.Length is null || range.Length == version.Length);

    private PartialVersion VersionOf(HttpAnswer answer)
    {
        HttpResponseMessage response = answer.Response;
        string? tag = response.Headers.ETag?.Tag;
        string? validator = response.Headers.ETag is { IsWeak: false }
            ? tag
            : response.Content.Headers.LastModified?.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        bool isOnHub = address.AbsolutePath.Contains("/resolve/", StringComparison.Ordinal);
        return new(
            address.AbsoluteUri, validator, response.Content.Headers.ContentLength ?? answer.LinkedLength, answer.LinkedTag ?? (isOnHub ? tag : null));
    }

    private async Task CopyAsync(HttpResponseMessage response, PartialFile file, CancellationTokenSource silence)
    {
        var buffer = new byte[BufferSize];
        using Stream body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        Report(file);
        while (await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false) is > 0 and int count)
        {
            silence.CancelAfter(options.Silence);
            file.Append(buffer.AsMemory(0, count));
            Report(file);
        }
    }

    private void Report(PartialFile file, string? trouble = null) =>
        options.Progress?.Report(new(file.Length, file.Version?.Length, _resumed) { Trouble = trouble });

    // What the hub says of the file itself is the whole hash, and of this very version.
    private Checksum? ChecksumOf(PartialVersion version) =>
        Checksum.OfEntityTag(version.LinkedTag) ?? Checksum.OfName(Path.GetFileName(address.LocalPath));

    private TimeSpan Pause(int failures, TimeSpan? asked)
    {
        TimeSpan pause = options.FirstPause * Math.Pow(2, Math.Min(failures - 1, 20));
        if (asked > pause) pause = asked.Value;
        return pause < options.LongestPause ? pause : options.LongestPause;
    }

    private DeitException GivenUp(PartialFile file, Interruption failure)
    {
        string kept = file is { Length: > 0, Version.Validator: not null }
            ? $" The {file.Length} bytes that arrived are kept: the next download goes on there."
            : "";
        return new(
            $"{address} cannot be downloaded: {failure.Reason.TrimEnd('.')}. Check the connection and try again, or download the file "
            + $"elsewhere and put it at '{target}'.{kept}", failure.Cause ?? new IOException(failure.Reason));
    }

    private static string Status(HttpResponseMessage response) => $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();

    /// <summary>Why an attempt brought no whole file, where another may.</summary>
    private sealed record Interruption(string Reason, Exception? Cause = null)
    {
        /// <summary>The pause that the server asks for.</summary>
        public TimeSpan? RetryAfter { get; init; }
    }
}
