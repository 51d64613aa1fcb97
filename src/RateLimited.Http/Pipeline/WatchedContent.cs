using System.Net;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// A response's content whose body is watched. It adds, changes and buffers nothing: headers, length and bytes are those of the content inside.
/// </summary>
internal sealed class WatchedContent : WrappingContent
{
    private static readonly Type Empty = new HttpResponseMessage().Content.GetType();

    private readonly BodyWatch _watch;

    public WatchedContent(HttpContent inner, BodyWatch watch)
        : base(inner) => _watch = watch;

    /// <summary>The watch over a response's body; null where there is none.</summary>
    public static BodyWatch? WatchOf(HttpResponseMessage response) => response.Content is WatchedContent watched ? watched._watch : null;

    /// <summary>Whether anything can come after the headers.</summary>
    public static bool MayHaveBody(HttpRequestMessage request, HttpResponseMessage response) =>
        response.Content.GetType() != Empty
        && request.Method != HttpMethod.Head
        && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified or HttpStatusCode.SwitchingProtocols)
        && response.Content.Headers.ContentLength != 0;

    /// <summary>A body that is copied as a whole: into memory, where HttpContent and HttpClient do so for their callers, or to a place of the reader's own, which takes what time it takes.</summary>
    internal static void BeginCopying(Stream destination, BodyWatch watch)
    {
        if (destination.GetType().DeclaringType == typeof(HttpContent))
        {
            watch.BeginBuffering();
        }
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BeginCopying(stream, _watch);
        var read = _watch.BeginRead(cancellationToken);
        try
        {
            var copying = Inner.CopyToAsync(new BodyProgressStream(stream, _watch), context, read.Token);
            if (!copying.IsCompleted)
            {
                _watch.Wait();
            }

            await copying.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (_watch.Fail(read, exception, cancellationToken) is { } clearer)
            {
                throw clearer;
            }

            throw;
        }

        _watch.EndRead(read, isEnd: true, bytes: default);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        BeginCopying(stream, _watch);
        using var body = CreateContentReadStream(cancellationToken);
        body.CopyTo(stream);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        _watch.ThrowIfClosed();
        try
        {
            return new WatchedStream(await Inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _watch);
        }
        catch (ObjectDisposedException)
        {
            // It was closed just now, by its watch or by its owner.
            _watch.ThrowIfClosed();
            throw;
        }
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        _watch.ThrowIfClosed();
        try
        {
            return new WatchedStream(Inner.ReadAsStream(cancellationToken), _watch);
        }
        catch (ObjectDisposedException)
        {
            _watch.ThrowIfClosed();
            throw;
        }
    }

    protected override void Ended() => _watch.Dispose();
}
