using System.Net;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// A response's content that ends a lease when it ends. It adds, changes and buffers nothing: headers, length and bytes are those of the content inside.
/// </summary>
internal sealed class LeasedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly BodyLease _lease;

    public LeasedContent(HttpContent inner, BodyLease lease)
    {
        _inner = inner;
        _lease = lease;
        foreach (var header in inner.Headers.NonValidated)
        {
#pragma warning disable RS0030 // These came off the wire, where line breaks had ended them, and go nowhere. Validating would lose what an upstream writes wrongly.
            Headers.TryAddWithoutValidation(header.Key, header.Value);
#pragma warning restore RS0030
        }
    }

    /// <summary>Whether anything can come after the headers.</summary>
    public static bool MayHaveBody(HttpRequestMessage request, HttpResponseMessage response) =>
        request.Method != HttpMethod.Head
        && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified or HttpStatusCode.SwitchingProtocols)
        && response.Content.Headers.ContentLength != 0;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var read = _lease.BeginRead(cancellationToken);
        try
        {
            await _inner.CopyToAsync(new BodyProgressStream(stream, _lease), context, read.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (_lease.Fail(read, exception, cancellationToken) is { } clearer)
            {
                throw clearer;
            }

            throw;
        }

        _lease.EndRead(read, isEnd: true, bytes: default);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var body = CreateContentReadStream(cancellationToken);
        body.CopyTo(stream);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        _lease.ThrowIfAbandoned();
        return new LeasedStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _lease);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        _lease.ThrowIfAbandoned();
        return new LeasedStream(_inner.ReadAsStream(cancellationToken), _lease);
    }

    protected override bool TryComputeLength(out long length)
    {
        var known = _inner.Headers.ContentLength;
        length = known ?? 0;
        return known is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                _inner.Dispose();
            }
            finally
            {
                _lease.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
