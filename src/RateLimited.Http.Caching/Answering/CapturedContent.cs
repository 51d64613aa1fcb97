using System.Net;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Answering;

/// <summary>A response's content whose body is copied on its way to the caller, who gets it as it comes.</summary>
internal sealed class CapturedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly BodyWatch? _watch;
    private readonly BodyCapture _capture;

    public CapturedContent(HttpResponseMessage response, BodyCapture capture)
    {
        _inner = response.Content;
        _watch = WatchedContent.WatchOf(response);
        _capture = capture;
        KeptHeaders.Of(_inner.Headers).PutOn(Headers);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_watch is not null)
        {
            WatchedContent.BeginCopying(stream, _watch);
        }

        var body = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_watch is not null)
        {
            WatchedContent.BeginCopying(stream, _watch);
        }

        using var body = CreateContentReadStream(cancellationToken);
        body.CopyTo(stream);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        new CapturedStream(await _inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _capture);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new CapturedStream(_inner.ReadAsStream(cancellationToken), _capture);

    protected override bool TryComputeLength(out long length)
    {
        long? known = null;
        try
        {
            known = _inner.Headers.ContentLength;
        }
        catch (ObjectDisposedException)
        {
            // What was closed has no length; whoever goes on to read it is told why.
        }

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
                _capture.GiveUp();
            }
        }

        base.Dispose(disposing);
    }
}
