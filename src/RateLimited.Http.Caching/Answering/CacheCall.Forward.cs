using System.Net;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Caching.Stored;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Caching.Answering;

/// <summary>How the upstream is asked, and what becomes of its answer.</summary>
internal sealed partial class CacheCall
{
    /// <summary>As long as HttpClient waits for an answer.</summary>
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromSeconds(100);

    private async ValueTask<HttpResponseMessage> ForwardAsync(StoredResponse? found, string forward, Flight? flight, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(found, forward, flight, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            flight?.End(cancellationToken.IsCancellationRequested ? FlightEnd.GivenUp : FlightEnd.NotKept);
            throw;
        }
    }

    private async ValueTask<HttpResponseMessage> AskAsync(StoredResponse? found, string forward, Flight? flight, CancellationToken cancellationToken)
    {
        var asIs = RequestCopy.Of(request);
        var isValidation = found is { Facts.HasValidator: true } && !asked.HasConditions;
        var settlement = isValidation && rules.FreeValidation && request.RateLimiting()?.Settlement is null ? new CostSettlement() : null;
        var outgoing = Outgoing(found, isValidation, settlement);
        var (began, changes) = (cache.Now, cache.Store.ChangesOf(_key.Resource));
        HttpResponseMessage response;
        try
        {
            response = await Sender(outgoing, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (StandIn(found, response: null, exception, outgoing, cancellationToken) is { } instead)
            {
                flight?.End(FlightEnd.NotKept);
                return instead;
            }

            cache.Counts.Looked(CacheResult.Failed);
            throw;
        }

        if (StandIn(found, response, exception: null, outgoing, cancellationToken) is { } old)
        {
            response.Dispose();
            flight?.End(FlightEnd.NotKept);
            return old;
        }

        var answered = new Answered(asIs, response.RequestMessage ?? outgoing, cache.Now, cache.Now - began, changes);
        if (ReferenceEquals(response.RequestMessage, outgoing))
        {
            response.RequestMessage = request;
        }

        if (isValidation && response.StatusCode == HttpStatusCode.NotModified)
        {
            settlement?.Settle("requests", 0);
            return await ConfirmAsync(found!, response, answered, flight, cancellationToken).ConfigureAwait(false);
        }

        cache.Counts.Looked(CacheResult.Miss);
        CacheOrLeave(found, response, answered, flight);
        CacheStatus.Forwarded(response, forward);
        return response;
    }

    /// <summary>The request as it goes to the upstream; the caller's own message where nothing is added.</summary>
    private HttpRequestMessage Outgoing(StoredResponse? found, bool isValidation, CostSettlement? settlement)
    {
        var wait = found is not null && rules.StaleAfterWait is { } most && MayStandIn(found, isRefusal: true) ? most : (TimeSpan?)null;
        if (!isValidation && wait is null)
        {
            return request;
        }

        var outgoing = RequestCopy.Of(request).WithRateLimiting(new RequestSettings
        {
            QueueTimeout = wait is { } bound && !(request.RateLimiting()?.QueueTimeout < bound) ? bound : null,
            Settlement = settlement,
        });
        if (isValidation)
        {
#pragma warning disable RS0030 // These came off the wire, where line breaks had ended them.
            if (found!.Facts.ETag is { } tag)
            {
                outgoing.Headers.TryAddWithoutValidation("If-None-Match", tag);
            }

            if (found.Facts.LastModifiedText is { } modified)
            {
                outgoing.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
            }
#pragma warning restore RS0030
        }

        return outgoing;
    }

    /// <summary>The kept answer in place of a refusal or a failure, where it may be given; null where it may not, or nothing is wrong.</summary>
    private HttpResponseMessage? StandIn(StoredResponse? found, HttpResponseMessage? response, Exception? exception, HttpRequestMessage outgoing, CancellationToken cancellationToken)
    {
        if (found is null || (response is not null && (int)response.StatusCode < 400) || cancellationToken.IsCancellationRequested)
        {
            return null;
        }

        var reading = response is null ? AttemptReader.Read(exception!, isCancelled: false) : AttemptReader.Read((int)response.StatusCode, ResponseVerdicts.Of(outgoing), statuses: null);
        if (FallbackRule.CauseOf(response, exception, reading, response is LocalResponse) is not { } cause)
        {
            return null;
        }

        var isRefusal = cause != FallbackCause.Failed;
        if (!MayStandIn(found, isRefusal))
        {
            return null;
        }

        cache.Counts.Looked(isRefusal ? CacheResult.StaleLimited : CacheResult.StaleFailed);
        return Give(found, cache.Now, isRefusal ? StaleReason.Limited : StaleReason.Failed);
    }

    private bool MayStandIn(StoredResponse found, bool isRefusal)
    {
        var age = found.AgeAt(cache.Now);
        return ReuseRule.StandsIn(asked.Directives, found.Facts, age - found.Freshness.Lifetime, age, isRefusal, rules);
    }

    private async ValueTask<HttpResponseMessage> ConfirmAsync(StoredResponse found, HttpResponseMessage response, Answered answered, Flight? flight, CancellationToken cancellationToken)
    {
        var (headers, contentHeaders, facts) = ResponseReading.Confirm(found.Headers, found.ContentHeaders, found.Facts.Status, response);
        if (found.Facts.ETag is { } tag && facts.ETag is { } confirmed && !EntityTags.Match(tag, confirmed))
        {
            // It confirms what was not asked. RFC 9111, section 4.3.4: that updates nothing, and is no answer.
            cache.Store.Remove(found);
            response.Dispose();
            return await AskAsync(found: null, "stale", flight, cancellationToken).ConfigureAwait(false);
        }

        response.Dispose();
        var updated = new StoredResponse
        {
            Key = found.Key,
            Variant = facts.Vary is null ? default : RequestKey.VariantOf(answered.AsAsked, facts.Vary),
            Facts = facts,
            Freshness = Freshness.Of(facts, cache.Time.GetUtcNow().Ticks, answered.Took, rules),
            At = answered.At,
            Headers = headers,
            ContentHeaders = contentHeaders,
            Body = found.Body,
            Version = found.Version,
            Reason = found.Reason,
        };
        if (StoreRule.Keeps(asked.Directives, facts, rules))
        {
            cache.Store.Replace(found, updated, rules.MaxBytes, rules.MaxEntries);
        }
        else
        {
            cache.Store.Remove(found);
        }

        flight?.End(FlightEnd.Kept);
        cache.Counts.Looked(CacheResult.Confirmed);
        var answer = updated.ToResponse(request, cache.Now);
        CacheStatus.Confirmed(answer);
        return answer;
    }

    /// <summary>Keeps an answer, now or as its body comes, if it is one that is kept; the one in whose place it stands is forgotten if not.</summary>
    private void CacheOrLeave(StoredResponse? found, HttpResponseMessage response, Answered answered, Flight? flight)
    {
        var facts = ResponseReading.FactsOf(response);
        var isKept = StoreRule.Keeps(asked.Directives, facts, rules);
        if (request.Method != HttpMethod.Get || !isKept || !IsAsAsked(answered, facts.Vary!))
        {
            if (found is not null && request.Method == HttpMethod.Get && !isKept && !asked.Directives.NoStore && IsAnswer(facts.Status, answered.Seen))
            {
                cache.Store.Remove(found);
            }

            flight?.End(FlightEnd.NotKept);
            return;
        }

        var kept = new StoredResponse
        {
            Key = _key,
            Variant = RequestKey.VariantOf(answered.AsAsked, facts.Vary!),
            Facts = facts,
            Freshness = Freshness.Of(facts, cache.Time.GetUtcNow().Ticks, answered.Took, rules),
            At = answered.At,
            Headers = KeptHeaders.Of(response.Headers),
            ContentHeaders = KeptHeaders.Of(response.Content.Headers),
            Body = [],
            Version = response.Version,
            Reason = response.ReasonPhrase,
        };
        if (!WatchedContent.MayHaveBody(request, response))
        {
            var isHeld = cache.Keep(kept, answered.Changes);
            flight?.End(isHeld ? FlightEnd.Kept : FlightEnd.NotKept);
            return;
        }

        var length = response.Content.Headers.ContentLength;
        if (length > rules.MaxBody)
        {
            flight?.End(FlightEnd.NotKept);
            return;
        }

        response.Content = new CapturedContent(response, new BodyCapture(length, cache.Room, (body, end) =>
        {
            var isBodyHeld = body is not null && cache.Keep(kept.WithBody(body), answered.Changes);
            flight?.End(end == FlightEnd.Kept && !isBodyHeld ? FlightEnd.NotKept : end);
        }));
    }

    /// <summary>
    /// Whether the request that was sent says what was asked, and by whom. A handler further in that adds a key for whoever is behind the caller, or a redirect, makes an answer that the next one who asks must not get.
    /// </summary>
    private bool IsAsAsked(Answered answered, IReadOnlyList<string> vary)
    {
        // The platform adds it below us, and what it decodes looks the same to everybody.
        var names = vary.Where(static name => name != "accept-encoding").ToArray();
        return answered.Seen.RequestUri is { IsAbsoluteUri: true }
            && RequestKey.Of(client, answered.Seen, rules) == _key
            && RequestKey.VariantOf(answered.Seen, names) == RequestKey.VariantOf(answered.AsAsked, names);
    }

    /// <summary>Whether a response tells what is there now, and not only that it was not given.</summary>
    private static bool IsAnswer(int status, HttpRequestMessage seen) => status is < 500 and not (408 or 425 or 429 or 304) && ResponseVerdicts.Of(seen).Kind is not (Signals.Classification.ResponseKind.Limited or Signals.Classification.ResponseKind.Exhausted);

    /// <summary>What was asked and what was sent.</summary>
    /// <param name="AsAsked">The request as it came.</param>
    /// <param name="Seen">The request as those further in left it.</param>
    /// <param name="At">When it was answered.</param>
    /// <param name="Took">How long after it was sent.</param>
    /// <param name="Changes">How often its address had changed when it was sent.</param>
    private sealed record Answered(HttpRequestMessage AsAsked, HttpRequestMessage Seen, TimeSpan At, TimeSpan Took, long Changes);
}
