using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Caching.Stored;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Caching.Answering;

/// <summary>
/// Stands before the handler of resilience, and so before the line: what it answers costs no quota and waits for nothing. Stateless: all state is the service's.
/// </summary>
/// <param name="cache">The cache of the service.</param>
/// <param name="client">The client's name. Clients of one service may have credentials of their own that no request shows, so none gets what was answered to another.</param>
internal sealed class CachingHandler(CachedService cache, string client) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => cache.Rules is { } rules && request.RequestUri is { IsAbsoluteUri: true }
        ? AnswerAsync(rules, request, isSynchronous: false, cancellationToken).AsTask()
        : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (cache.Rules is not { } rules || request.RequestUri is not { IsAbsoluteUri: true })
        {
            return base.Send(request, cancellationToken);
        }

        var answering = AnswerAsync(rules, request, isSynchronous: true, cancellationToken);
#pragma warning disable VSTHRD002 // Nothing in it waits for anything but the handler further in, which has blocked.
        return answering.IsCompleted ? answering.GetAwaiter().GetResult() : answering.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private ValueTask<HttpResponseMessage> AnswerAsync(CacheRules rules, HttpRequestMessage request, bool isSynchronous, CancellationToken cancellationToken)
    {
        if (AskedRequest.Read(request) is { } asked)
        {
            return new CacheCall(cache, rules, client, request, asked) { Sender = Sender(isSynchronous), IsSynchronous = isSynchronous, InBackground = Sender(isSynchronous: false) }.AnswerAsync(cancellationToken);
        }

        return AskedRequest.MayChange(request.Method) ? ChangeAsync(request, Sender(isSynchronous), cancellationToken) : Sender(isSynchronous)(request, cancellationToken);
    }

    private Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> Sender(bool isSynchronous) => isSynchronous
#pragma warning disable VSTHRD103 // The caller blocks.
        ? (request, token) => ValueTask.FromResult(base.Send(request, token))
#pragma warning restore VSTHRD103
        : (request, token) => new ValueTask<HttpResponseMessage>(base.SendAsync(request, token));

    /// <summary>What may have changed at an address is asked for anew. RFC 9111, section 4.4.</summary>
    private async ValueTask<HttpResponseMessage> ChangeAsync(HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        var response = await send(request, cancellationToken).ConfigureAwait(false);
        if ((int)response.StatusCode is >= 200 and < 400)
        {
            var forgotten = cache.Store.RemoveResource(RequestKey.ResourceOf(address));
            foreach (var told in new[] { "Location", "Content-Location" })
            {
                if (Told(response, told, address) is { } other)
                {
                    forgotten += cache.Store.RemoveResource(RequestKey.ResourceOf(other));
                }
            }

            cache.Counts.Invalidated(forgotten);
        }

        return response;
    }

    /// <summary>Of the same origin alone: nobody empties what others keep.</summary>
    private static Uri? Told(HttpResponseMessage response, string header, Uri address) =>
        (response.Headers.NonValidated.TryGetValues(header, out var values) || response.Content.Headers.NonValidated.TryGetValues(header, out values))
        && Uri.TryCreate(address, values.First(), out var told) && Redirect.IsSameOrigin(told, address)
            ? told
            : null;
}
