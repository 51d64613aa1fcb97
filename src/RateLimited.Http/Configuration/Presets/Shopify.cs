namespace RateLimited.Http.Configuration.Presets;

/// <summary>Shopify's REST Admin API, legacy since 2024-10-01: a bucket that leaks. Figures: shopify.dev; the bucket of 40 is the standard plan's, and no plan has a smaller one.</summary>
internal static class Shopify
{
    private static readonly Source Docs = Source.Docs("shopify.dev, REST Admin API rate limits");

    public static Preset Preset { get; } = new("shopify")
    {
        Title = "Shopify, REST Admin",
        Dialect = "shopify",
        Key = new("X-Shopify-Access-Token", "{key}"),
        Counts = "A bucket that leaks, for each app and store.",
        CountsSource = Docs,
        Forbidden = "The app lacks the scope; it is no limit. 430 is a limit for security's sake.",
        Notes = ["Several stores are several services, or limits `per tenant`.", "Each page of a list is a request."],
        Tiers =
        [
            new("standard") { For = "the standard plans", Limits = [new("2/second token-bucket burst 40", Docs)] },
            new("advanced") { For = "Advanced Shopify", Limits = [new("4/second token-bucket burst 40", Docs)] },
            new("plus") { For = "Shopify Plus", Limits = [new("20/second token-bucket burst 40", Docs)] },
        ],
    };
}
