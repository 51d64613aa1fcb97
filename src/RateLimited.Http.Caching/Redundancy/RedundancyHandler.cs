using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Redundancy;

/// <summary>Looks at what goes to the service: behind a cache that answers, and before the line. Stateless: all state is the service's.</summary>
internal sealed class RedundancyHandler(WatchedRequests requests, ServicePipeline pipeline, string client) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => requests.Current is { } watching && IsLookedAt(request)
        ? LookAsync(watching, request, (message, token) => new ValueTask<HttpResponseMessage>(base.SendAsync(message, token)), cancellationToken).AsTask()
        : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (requests.Current is not { } watching || !IsLookedAt(request))
        {
            return base.Send(request, cancellationToken);
        }

#pragma warning disable VSTHRD002, VSTHRD103 // The caller asked for a synchronous send.
        var looking = LookAsync(watching, request, (message, token) => ValueTask.FromResult(base.Send(message, token)), cancellationToken);
        return looking.IsCompleted ? looking.GetAwaiter().GetResult() : looking.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, VSTHRD103
    }

    private static bool IsLookedAt(HttpRequestMessage request) => request.RequestUri is { IsAbsoluteUri: true } && !HealthProber.IsProbe(request);

    private async ValueTask<HttpResponseMessage> LookAsync(
        WatchedRequests.Watching watching, HttpRequestMessage request, Func<HttpRequestMessage, CancellationToken, ValueTask<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        var isCacheable = request.Method == HttpMethod.Get && request.Content is null;
        var (began, sighting) = (requests.Now, default(Sighting?));
        if (await RequestFingerprint.OfAsync(client, request, watching.Rules, cancellationToken).ConfigureAwait(false) is { } fingerprint)
        {
            sighting = watching.Tally.See(fingerprint, LabelOf(request), isCacheable, began);
            requests.Came(sighting is null ? RedundancyResult.NotLookedAt : sighting.Value.SinceLast is null ? RedundancyResult.New : RedundancyResult.Repeated);
        }
        else
        {
            watching.Tally.Unread(began);
            requests.Came(RedundancyResult.Unread);
        }

        requests.Summarise(began);
        var asked = isCacheable && sighting is { Saved: not 0 } ? await CostsAsync(request, cancellationToken).ConfigureAwait(false) : null;
        var response = await send(request, cancellationToken).ConfigureAwait(false);
        if (asked is not null && sighting is { } repeated && StoreRule.IsCacheableByDefault((int)response.StatusCode))
        {
            watching.Tally.Save(repeated, new SavedRequest(asked, requests.Now - began, MayBeKept(response)));
        }

        return response;
    }

    /// <summary>What can be told of a request without telling anything of it.</summary>
    private string LabelOf(HttpRequestMessage request) =>
        request.RateLimiting()?.Endpoint ?? pipeline.Settings.Router.Match(request.Method, request.RequestUri!) ?? $"{MethodOf(request)} *";

    /// <summary>Methods are the program's; what is none that is known may be anything.</summary>
    private static string MethodOf(HttpRequestMessage request) => request.Method.Method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "QUERY" ? request.Method.Method : "other";

    /// <summary>What a request costs, as it is estimated before it is sent.</summary>
    private async ValueTask<IReadOnlyList<KeyValuePair<string, double>>> CostsAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var settings = pipeline.Settings;
        var asked = RequestReading.Read(request, request.RateLimiting(), settings.Router);
        if (settings.Costs is { } plan)
        {
            asked = await CostEstimation.EstimateAsync(plan, request, asked, requests.Service, cancellationToken).ConfigureAwait(false);
        }

        IEnumerable<UnitCost> costs = asked.Costs ?? [];
        var all = costs.Select(static cost => KeyValuePair.Create(cost.Unit, (double)cost.Value)).ToList();
        if (!all.Exists(static cost => cost.Key == UnitCost.Requests))
        {
            all.Add(KeyValuePair.Create(UnitCost.Requests, 1d));
        }

        return all;
    }

    private static bool MayBeKept(HttpResponseMessage response) => !ResponseReading.FactsOf(response).Directives.NoStore;
}
