namespace RateLimited.Http.Signals.Dialects;

/// <summary>Shopify's GraphQL: no headers, costs in the body, refusals with status 200.</summary>
internal static class ShopifyGraphQL
{
    public static HeaderDialect Dialect { get; } = new("shopify-graphql")
    {
        RefusesWithSuccess = true,
    };
}
