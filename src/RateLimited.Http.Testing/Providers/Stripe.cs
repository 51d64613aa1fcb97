using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Stripe: requests a second in all and to each resource, searches besides; whether to retry, and why it refused.</summary>
internal static class Stripe
{
    private static readonly string[] Resources = ["charges", "customers", "invoices", "payment_intents", "refunds", "setup_intents", "subscriptions"];
    private static readonly string[] Searchable = ["charges", "customers", "invoices", "payment_intents", "prices", "products", "subscriptions"];

    public static Provider Provider { get; } = new("stripe")
    {
        Tiers = [Of("live", 100), Of("sandbox", 25)],
        Headers =
        [
            HeaderLine.OfResponse("stripe-should-retry", Says.WhenRefused(static _ => "true")),
            HeaderLine.OfResponse("stripe-rate-limited-reason", Says.WhenRefused(static saying => saying.Refusal?.Limit is { Name: "endpoint" } ? "endpoint-rate" : "global-rate")),
        ],
        Refuse = static _ => new Refused(429, """{"error":{"code":"rate_limit","message":"Request rate limit exceeded.","type":"invalid_request_error"}}"""),
    };

    private static Tier Of(string name, long quota) => new(name,
    [
        UpstreamLimit.SlidingLog(quota, FromSeconds(1)),
        UpstreamLimit.SlidingLog(25, FromSeconds(1)) with { Name = "endpoint", Endpoints = [.. Resources.Select(static resource => $"* /v1/{resource}/*")], By = CountedBy.Key | CountedBy.Endpoint },
        UpstreamLimit.SlidingLog(20, FromSeconds(1)) with { Name = "files-read", Endpoints = ["GET /v1/files/*"] },
        UpstreamLimit.SlidingLog(20, FromSeconds(1)) with { Name = "files-write", Endpoints = ["POST /v1/files"] },
        UpstreamLimit.SlidingLog(20, FromSeconds(1)) with { Name = "searches", Endpoints = [.. Searchable.Select(static resource => $"GET /v1/{resource}/search")] },
        UpstreamLimit.FixedWindow(1_000, FromHours(1)) with { Name = "intent", Endpoints = ["POST /v1/payment_intents/{id}"], By = CountedBy.Key | CountedBy.Name },
    ]);
}
