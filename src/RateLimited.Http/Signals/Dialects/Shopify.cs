using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Shopify's REST: used and quota in one header, Retry-After as a fraction.</summary>
internal static class Shopify
{
    public static HeaderDialect Dialect { get; } = new("shopify")
    {
        Rules =
        [
            new(HeaderField.UsedOfLimit, "x-shopify-shop-api-call-limit"),
        ],
        Statuses = [new(430, ResponseKind.Limited, ResponseScope.Key)],
    };
}
