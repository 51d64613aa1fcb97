using System.Net;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Answering;

/// <summary>A response's content whose body is copied on its way to the caller, who gets it as it comes.</summary>
internal sealed class CapturedContent : WrappingContent
{
    private readonly BodyWatch? _watch;
    private readonly BodyCapture _capture;

    public CapturedContent(HttpResponseMessage response, BodyCapture capture)
        : base(response.Content) => (_watch, _capture) = (WatchedContent.WatchOf(response), capture);

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
        new CapturedStream(await Inner.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _capture);

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new CapturedStream(Inner.ReadAsStream(cancellationToken), _capture);

    protected override void Ended() => _capture.GiveUp();
}
