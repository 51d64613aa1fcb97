using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// What failed responses mean, from the handler that reads them to those around it. Successes carry nothing and cost nothing.
/// </summary>
internal static class ResponseVerdicts
{
    private static readonly HttpRequestOptionsKey<Verdict> Key = new("RateLimited.Http.Verdict");

    /// <summary>Notes what a response means on the request that it answers.</summary>
    public static void Keep(HttpRequestMessage request, Verdict verdict) => request.Options.Set(Key, verdict);

    /// <summary>What the last response to a request meant; fine where nothing was noted.</summary>
    public static Verdict Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var verdict) ? verdict : default;

    /// <summary>Forgets it, before the request is sent again.</summary>
    public static void Forget(HttpRequestMessage request) => ((IDictionary<string, object?>)request.Options).Remove(Key.Key);
}
