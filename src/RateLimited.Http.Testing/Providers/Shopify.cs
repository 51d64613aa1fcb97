using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Shopify: a bucket that leaks. REST tells used and quota in one header and asks to wait with a fraction; GraphQL tells all in the body and refuses with status 200.</summary>
internal static class Shopify
{
    private const string Points = "points";

    public static Provider Rest { get; } = new("shopify")
    {
        Tiers = [Calls("standard", 2), Calls("advanced", 4), Calls("plus", 20)],
        Headers = [new("x-shopify-shop-api-call-limit", static (_, stated) => $"{stated.Reading.Quota - Says.Left(stated)}/{stated.Reading.Quota}"), HeaderLine.RetryAfter(Written.FloatSeconds)],
        Refuse = static _ => new Refused(429, """{"errors":"Exceeded calls per second for api client. Reduce request rates to resume uninterrupted service."}"""),
    };

    public static Provider GraphQL { get; } = new("shopify-graphql")
    {
        Tiers =
        [
            Costs("standard", 100), Costs("advanced", 200), Costs("plus", 1_000), Costs("standard-older", 50), Costs("advanced-older", 100), Costs("plus-older", 500),
        ],
        Refuse = static saying => new Refused(200,
            $$$$"""{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],{{{{ShopifyGraphQLShape.Cost(saying.CostOf(Points) ?? 1, actual: null, saying.Limits)}}}}}"""),
        Answer = ShopifyGraphQLShape.Instance,
    };

    private static Tier Calls(string name, long perSecond) => new(name, [UpstreamLimit.TokenBucket(perSecond, FromSeconds(1), capacity: 40)]);

    private static Tier Costs(string name, long perSecond) => new(name, [UpstreamLimit.TokenBucket(perSecond, FromSeconds(1), capacity: 1_000, Points)]);
}
