using System.Net;
using System.Net.Http.Headers;

namespace Deit.Pretrained;

/// <summary>The answer to a request for a file, redirections followed.</summary>
/// <param name="Response">The last response, whose body is yet to be read.</param>
/// <param name="LinkedTag">
/// The entity tag of the file itself: Hugging Face's hub names it (<c>X-Linked-Etag</c>) while it redirects to where the file is
/// stored, which has tags of its own.
/// </param>
/// <param name="LinkedLength">The length of the file itself, named in the same way (<c>X-Linked-Size</c>).</param>
internal sealed record HttpAnswer(HttpResponseMessage Response, string? LinkedTag, long? LinkedLength) : IDisposable
{
    private const int MostRedirections = 10;

    /// <summary>Asks for a file, or for what is missing of it.</summary>
    /// <param name="client">A client that does not follow redirections itself, since their headers are read.</param>
    /// <param name="address">Where it is.</param>
    /// <param name="offset">Bytes that are there already.</param>
    /// <param name="validator">The version that they are of; any other is then sent whole.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="DeitException">It is redirected in circles, or to an address that is not safe.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public static async Task<HttpAnswer> AskAsync(
        HttpClient client, Uri address, long offset, string? validator, CancellationToken cancellationToken)
    {
        (string? tag, long? length) = (null, null);
        Uri current = address;
        for (int hop = 0; hop <= MostRedirections; hop++)
        {
            HttpResponseMessage response = await client
                .SendAsync(Request(current, offset, validator), HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            tag ??= Header(response, "X-Linked-Etag");
            length ??= long.TryParse(Header(response, "X-Linked-Size"), out long linked) ? linked : null;
            if (!IsRedirection(response)) return new(response, tag, length);

            using (response) current = Follow(current, response.Headers.Location!);
        }

        throw new DeitException($"{address} is redirected more than {MostRedirections} times: correct the address.");
    }

    /// <inheritdoc/>
    public void Dispose() => Response.Dispose();

    private static HttpRequestMessage Request(Uri address, long offset, string? validator)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);

        // A file that a server compresses on its way has neither a length nor a place to go on from.
        request.Headers.AcceptEncoding.Add(new("identity"));
        if (offset == 0) return request;
        request.Headers.Range = new RangeHeaderValue(offset, null);
        if (validator is not null) request.Headers.TryAddWithoutValidation("If-Range", validator);
        return request;
    }

    private static bool IsRedirection(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is not null;

    private static Uri Follow(Uri from, Uri location)
    {
        var to = new Uri(from, location);
        bool isSafe = to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp);
        return isSafe ? to : throw new DeitException($"{from} redirects to {to}, which is not encrypted: it is not followed.");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
}
