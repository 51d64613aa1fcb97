namespace RateLimited.Http.Configuration.Presets;

/// <summary>Shopify's GraphQL Admin API: points by what a query may return. Figures: shopify.dev, and its older figures, half of these; the bucket of 1 000 is the older one's.</summary>
internal static class ShopifyGraphQL
{
    private static readonly Source Docs = Source.Docs("shopify.dev, GraphQL Admin API rate limits");
    private static readonly Source Older = Source.Docs("shopify.dev, older versions");

    private static readonly PresetEndpoint Queries = PresetEndpoint.Costing("POST /admin/api/{version}/graphql.json", Docs, new UnitCost("points", 1));

    public static Preset Preset { get; } = new("shopify-graphql")
    {
        Title = "Shopify, GraphQL Admin",
        Dialect = "shopify-graphql",
        Key = new("X-Shopify-Access-Token", "{key}"),
        Counts = "A bucket of points that refills each second, for each app and store; the requested cost is reserved, and what was not used comes back.",
        CountsSource = Docs,
        Forbidden = "The app lacks the scope; it is no limit. Refusals come with status 200 and the code `THROTTLED`.",
        Notes =
        [
            "A query is charged one point unless it says what it costs: `WithCost(\"points\", …)`, as `extensions.cost.requestedQueryCost` of an earlier response tells.",
            "Several stores are several services, or limits `per tenant`.",
        ],
        Tiers =
        [
            new("standard") { For = "the standard plans", Limits = [new("100 points/second token-bucket burst 1000", Docs)], Endpoints = [Queries] },
            new("advanced") { For = "Advanced Shopify", Limits = [new("200 points/second token-bucket burst 1000", Docs)], Endpoints = [Queries] },
            new("plus") { For = "Shopify Plus", Limits = [new("1000 points/second token-bucket burst 1000", Docs)], Endpoints = [Queries] },
            new("standard-older") { For = "the standard plans, older figures", Limits = [new("50 points/second token-bucket burst 1000", Older)], Endpoints = [Queries] },
            new("advanced-older") { For = "Advanced Shopify, older figures", Limits = [new("100 points/second token-bucket burst 1000", Older)], Endpoints = [Queries] },
            new("plus-older") { For = "Shopify Plus, older figures", Limits = [new("500 points/second token-bucket burst 1000", Older)], Endpoints = [Queries] },
        ],
    };
}
