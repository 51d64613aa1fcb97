using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>Stripe: so many requests a second in all and to each endpoint. Figures: docs.stripe.com/rate-limits.</summary>
internal static class Stripe
{
    private static readonly Source Docs = Source.Docs("docs.stripe.com/rate-limits");

    private static readonly ImmutableArray<PresetEndpoint> Endpoints =
    [
        .. new[] { "charges", "customers", "invoices", "payment_intents", "refunds", "setup_intents", "subscriptions" }
            .Select(static resource => PresetEndpoint.Limited($"* /v1/{resource}/*", new PresetLimit("25/second", Docs))),
        PresetEndpoint.Limited("POST /v1/payment_intents/{id}", new PresetLimit("25/second", Docs), new PresetLimit("1000/hour per name", Docs)),
        PresetEndpoint.Limited("GET /v1/files/*", new PresetLimit("20/second", Docs)),
        PresetEndpoint.Limited("POST /v1/files", new PresetLimit("20/second", Docs)),
        .. new[] { "charges", "customers", "invoices", "payment_intents", "prices", "products", "subscriptions" }
            .Select(static resource => PresetEndpoint.Costing($"GET /v1/{resource}/search", Docs, new UnitCost("searches", 1))),
    ];

    private static readonly PresetLimit Searches = new("20 searches/second", Docs);

    public static Preset Preset { get; } = new("stripe")
    {
        Title = "Stripe",
        Dialect = "stripe",
        Key = PresetKey.Bearer,
        Counts = "For each account: requests a second in all and to each endpoint, and requests at once.",
        CountsSource = Docs,
        Forbidden = "The key may not do this; it is no limit. A 409 with `lock_timeout` is a lock, not a limit.",
        Notes =
        [
            "An endpoint is taken to be a resource, which is no wider than what Stripe may mean. Those that are not listed are limited to 25 a second too: give them theirs under `Endpoints`.",
            "An intent takes 1 000 updates an hour: name it with `WithPartition(id)`. A request without a name is not counted by that.",
            "Also limited, and not modelled: 10 invoices a minute for each subscription.",
        ],
        Tiers =
        [
            new("live") { For = "live mode", Limits = [new("100/second", Docs), Searches], Endpoints = Endpoints },
            new("sandbox") { For = "a sandbox", Limits = [new("25/second", Docs), Searches], Endpoints = Endpoints },
        ],
    };
}
