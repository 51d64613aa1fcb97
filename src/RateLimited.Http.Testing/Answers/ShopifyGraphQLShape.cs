using System.Text;
using System.Text.RegularExpressions;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Answers;

/// <summary>Queries that cost points, told in the body: the requested cost is reserved, what was not used comes back. A query costs a point, and one for each object that it asks for by <c>first</c> or <c>last</c>.</summary>
internal sealed partial class ShopifyGraphQLShape : AnswerShape
{
    private const string Points = "points";

    public static ShopifyGraphQLShape Instance { get; } = new();

    public override IReadOnlyList<UnitCost> Estimate(UpstreamRequest request) => [new UnitCost(Points, Requested(request))];

    public override Answer Respond(UpstreamRequest request, IReadOnlyList<StatedLimit> limits, Random random)
    {
        var requested = Requested(request);
        var actual = random.NextInt64(1, requested + 1);
        return Answer.Whole($$"""{"data":{},{{Cost(requested, actual, limits)}}}""") with { Costs = [new UnitCost(Points, actual)] };
    }

    /// <summary>The part of a body that tells of costs. Of a refused query the actual cost is null.</summary>
    public static string Cost(long requested, long? actual, IReadOnlyList<StatedLimit> limits)
    {
        var status = "";
        if (limits is [{ Reading: var bucket }, ..])
        {
            var available = Math.Max(0, bucket.Remaining) + (actual is null ? 0 : requested - actual);
            var perSecond = (long)Math.Round(bucket.PerWindow / bucket.Window.TotalSeconds);
            status = $$""","throttleStatus":{"maximumAvailable":{{bucket.Quota}}.0,"currentlyAvailable":{{available}},"restoreRate":{{perSecond}}.0}""";
        }

        var cost = $$"""{"requestedQueryCost":{{requested}},"actualQueryCost":{{actual?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}}{{status}}}""";
        return $"\"extensions\":{{\"cost\":{cost}}}";
    }

    private static long Requested(UpstreamRequest request) =>
        1 + Pages().Matches(Encoding.UTF8.GetString(request.Body.Span)).Sum(static match => long.Parse(match.Groups["n"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\b(first|last)\s*:\s*(?<n>\d{1,4})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pages();
}
