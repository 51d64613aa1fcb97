using System.IO.Pipelines;
using System.Net;

namespace RateLimited.Http.Testing.Exchanges;

/// <summary>An upstream as the inside of an HttpClient. Responses come when their heads do; bodies follow, whether read or not, as over a socket.</summary>
internal sealed class InMemoryHandler(Upstream upstream) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var arrived = await ReadAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return Respond(request, await upstream.EnterAsync(arrived, cancellationToken).ConfigureAwait(false));
        }
        catch (ConnectionBrokenException broken)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke before the response began.", new IOException(broken.Message, broken));
        }
    }

    private static async Task<UpstreamRequest> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var headers = from header in request.Headers.NonValidated select new KeyValuePair<string, string>(header.Key, header.Value.ToString());
        return new UpstreamRequest(request.Method.Method, request.RequestUri?.PathAndQuery ?? "/", headers, body);
    }

    private static HttpResponseMessage Respond(HttpRequestMessage request, Exchange exchange)
    {
        // Nothing may hold the writer up: whoever does not read his response keeps a slot until its work ends, and not until he reads.
        var pipe = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0, useSynchronizationContext: false));
        var closing = new CancellationTokenSource();
        var response = new HttpResponseMessage((HttpStatusCode)exchange.Status)
        {
            RequestMessage = request,
            Version = request.Version,
            Content = new StreamContent(new BodyStream(pipe.Reader, closing)),
        };
        foreach (var (name, value) in exchange.Headers)
        {
            RawHeaders.Add(response.Headers, name, value);
        }

        RawHeaders.Add(response.Content.Headers, "content-type", exchange.ContentType);
        response.Content.Headers.ContentLength = exchange.Length;
        _ = WriteAsync(exchange, pipe.Writer, closing.Token);
        return response;
    }

    private static async Task WriteAsync(Exchange exchange, PipeWriter body, CancellationToken closed)
    {
        try
        {
            await exchange.WriteBodyAsync(body, closed).ConfigureAwait(false);
            await body.CompleteAsync().ConfigureAwait(false);
        }
        catch (ConnectionBrokenException broken)
        {
            await body.CompleteAsync(new HttpIOException(HttpRequestError.ResponseEnded, broken.Message)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller has gone; there is nobody to answer.
            await body.CompleteAsync().ConfigureAwait(false);
        }
    }
}
