using System.Net;

namespace RateLimited.Http.Pipeline;

/// <summary>A body whose beginning was read to learn what a failure means, and which is nevertheless there for its reader as a whole.</summary>
internal sealed class PeekedContent : HttpContent
{
    private readonly HttpContent _body;
    private readonly Stream _whole;

    private PeekedContent(HttpContent body, ReadOnlyMemory<byte> head, Stream rest)
    {
        _body = body;
        _whole = new PeekedStream(head, rest);
        foreach (var header in body.Headers.NonValidated)
        {
#pragma warning disable RS0030 // These came off the wire, where line breaks had ended them, and go nowhere. Validating would lose what an upstream writes wrongly.
            Headers.TryAddWithoutValidation(header.Key, header.Value);
#pragma warning restore RS0030
        }
    }

    /// <summary>
    /// Reads the beginning of a body, as far as it comes before the token is cancelled or the body breaks off. Returns it, and the content to put in the body's place.
    /// </summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Head, HttpContent Whole)> ReadAsync(HttpContent body, int most, CancellationToken cancellationToken)
    {
        var stream = await body.ReadAsStreamAsync(CancellationToken.None).ConfigureAwait(false);
        var head = new byte[LengthFor(body, most)];
        var length = 0;
        try
        {
            while (length < head.Length && await stream.ReadAsync(head.AsMemory(length), cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                length += read;
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // Whoever reads on learns of it: what has come still tells what the failure means.
        }

        return (head.AsMemory(0, length), new PeekedContent(body, head.AsMemory(0, length), stream));
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(_whole);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => _whole;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _whole.CopyToAsync(stream);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _whole.CopyToAsync(stream, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) => _whole.CopyTo(stream);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Headers.ContentLength ?? 0;
        return _body.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _whole.Dispose();
            _body.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>One more than is looked at tells nothing: a body that is known to be shorter needs no more room.</summary>
    private static int LengthFor(HttpContent body, int most) => (int)Math.Clamp(body.Headers.ContentLength ?? most, 0, most);
}
