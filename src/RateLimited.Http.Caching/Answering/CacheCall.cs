using System.Net;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Caching.Stored;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Answering;

/// <summary>One request on its way through the cache.</summary>
internal sealed partial class CacheCall(CachedService cache, CacheRules rules, string client, HttpRequestMessage request, AskedRequest asked)
{
    /// <summary>Taken before anybody further in changes the request.</summary>
    private readonly RequestKey _key = RequestKey.Of(client, request, rules);

    /// <summary>Hands a request to the next handler.</summary>
    public required Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> Sender { private get; init; }

    /// <summary>The same for a request that nobody waits for.</summary>
    public required Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> InBackground { private get; init; }

    /// <summary>The caller blocks: it waits for no other caller.</summary>
    public bool IsSynchronous { private get; init; }

    /// <summary>The answer: a kept one, or the upstream's.</summary>
    public async ValueTask<HttpResponseMessage> AnswerAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Find(out var found, out var forward) is { } kept)
        {
            return kept;
        }

        if (asked.Directives.OnlyIfCached)
        {
            // RFC 9111, section 5.2.1.7.
            return new LocalResponse(HttpStatusCode.GatewayTimeout) { RequestMessage = request, ReasonPhrase = "Gateway Timeout (RateLimited.Http keeps no such answer)" };
        }

        return rules.Collapse is { } patience && !IsSynchronous && request.Method == HttpMethod.Get && !asked.Directives.NoStore && !asked.Directives.NoCache
            ? await ShareAsync(patience, found, forward, cancellationToken).ConfigureAwait(false)
            : await ForwardAsync(found, forward, flight: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A kept answer that may be given now.</summary>
    /// <param name="found">One that may not, but can be asked for anew or stand in; null for none.</param>
    /// <param name="forward">Why the upstream is asked, in the words of RFC 9211.</param>
    private HttpResponseMessage? Find(out StoredResponse? found, out string forward)
    {
        found = cache.Store.Find(_key, request, out var hasOthers);
        forward = found is null ? hasOthers ? "vary-miss" : "uri-miss" : "stale";
        if (found is null)
        {
            return null;
        }

        var now = cache.Now;
        switch (ReuseRule.Decide(asked.Directives, found.Facts, found.Freshness.Lifetime, found.AgeAt(now)))
        {
            case Reuse.Fresh:
                cache.Counts.Looked(CacheResult.Hit);
                return Give(found, now, reason: null);
            case Reuse.Stale:
                cache.Counts.Looked(CacheResult.HitStale);
                return Give(found, now, StaleReason.Accepted);
            case Reuse.StaleWhileRevalidate:
                cache.Counts.Looked(CacheResult.HitStale);
                Refresh(found);
                return Give(found, now, StaleReason.Revalidating);
            default:
                forward = found.Freshness.Lifetime > found.AgeAt(now) ? "request" : "stale";
                return null;
        }
    }

    /// <summary>The response to the caller; only that it still holds, where the caller has it.</summary>
    private HttpResponseMessage Give(StoredResponse kept, TimeSpan now, StaleReason? reason)
    {
        var response = kept.ToResponse(request, now);
        if (kept.Facts.Status == (int)HttpStatusCode.OK && asked.IsHeldBy(kept.Facts))
        {
            response.StatusCode = HttpStatusCode.NotModified;
            response.ReasonPhrase = null;
            response.Content = new ByteArrayContent([]);
        }

        CacheStatus.Hit(response, kept.Freshness.Lifetime - kept.AgeAt(now), reason);
        return response;
    }

    /// <summary>Waits for the answer to another request that asks the same, or asks for it so that others may wait.</summary>
    private async ValueTask<HttpResponseMessage> ShareAsync(TimeSpan patience, StoredResponse? found, string forward, CancellationToken cancellationToken)
    {
        for (var until = cache.Now + patience; ;)
        {
            if (cache.Flights.TryBegin(_key.Request, out var flight))
            {
                return await ForwardAsync(found, forward, flight, cancellationToken).ConfigureAwait(false);
            }

            var left = until - cache.Now;
            if (left <= TimeSpan.Zero)
            {
                cache.Flights.Leave(_key.Request, flight);
                break;
            }

            FlightEnd end;
            try
            {
                end = await flight.WaitAsync(left, cache.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                continue;
            }

            if (end == FlightEnd.NotKept)
            {
                break;
            }

            if (end == FlightEnd.Kept && Find(out found, out forward) is { } kept)
            {
                cache.Counts.Waited();
                return kept;
            }

            if (end == FlightEnd.Kept)
            {
                // It is kept and is not for us: it varies, or is stale from the beginning.
                break;
            }
        }

        return await ForwardAsync(found, forward, flight: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for an answer anew while it is given. Once, however many get it meanwhile.</summary>
    private void Refresh(StoredResponse kept)
    {
        if (!cache.Refreshes.TryBegin(_key.Request, out var refresh))
        {
            return;
        }

        var copy = RequestCopy.Of(request).WithPriority(RequestPriority.Background);
        var call = new CacheCall(cache, rules, client, copy, asked) { Sender = InBackground, InBackground = InBackground };
        _ = Task.Run(async () =>
        {
            try
            {
                using var end = new CancellationTokenSource(LongestRefresh, cache.Time);
                using var response = await call.ForwardAsync(kept, "stale", flight: null, end.Token).ConfigureAwait(false);
                await response.Content.CopyToAsync(Stream.Null, end.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Nobody waits for it: the kept answer is stale for the next one too, who is told of what is wrong.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
            finally
            {
                refresh.End(FlightEnd.Kept);
            }
        });
    }
}
