using RateLimited.Http.Admission;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>Asks a service's estimators what a request costs, and adds it to what is known of it already.</summary>
internal static class CostEstimation
{
    /// <summary>What can be sent but once is read into memory up to this, if its length is known: the largest prompts are a few MB.</summary>
    private const long MostBuffered = 4 * 1024 * 1024;

    /// <summary>
    /// The request with its estimated costs. Of each unit counts what the request says itself, then what the first estimator says and the next ones, then the endpoint's cost, then the
    /// service's.
    /// </summary>
    public static async ValueTask<AdmissionRequest> EstimateAsync(CostPlan plan, HttpRequestMessage request, AdmissionRequest asked, string service, CancellationToken cancellationToken)
    {
        var costed = new CostedRequest(service, request, ReadBodyAsync);
        CostEstimate? all = null;
        foreach (var estimator in plan.Estimators)
        {
            all = Both(all, await estimator.EstimateAsync(costed, cancellationToken).ConfigureAwait(false));
        }

        var costs = Over(Over(request.RateLimiting()?.Costs, all?.Costs), asked.Costs);
        if (plan.Rules is { } rules && await rules.EstimateAsync(costed, cancellationToken).ConfigureAwait(false) is { } ruled)
        {
            (all, costs) = (Both(all, ruled), Over(costs, ruled.Costs));
        }

        return all is null ? asked : asked with { Costs = costs, CostSources = new CostSources(all, asked.CostSources?.Settlement) };
    }

    /// <summary>The same for a caller that blocks.</summary>
    public static AdmissionRequest Estimate(CostPlan plan, HttpRequestMessage request, AdmissionRequest asked, string service, CancellationToken cancellationToken)
    {
        var estimating = EstimateAsync(plan, request, asked, service, cancellationToken);
#pragma warning disable VSTHRD002 // The caller asked for a synchronous send.
        return estimating.IsCompletedSuccessfully ? estimating.Result : estimating.AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static CostEstimate? Both(CostEstimate? first, CostEstimate? second) => first is null ? second : second is null ? first : new TwoEstimates(first, second);

    private static IReadOnlyList<UnitCost>? Over(IReadOnlyList<UnitCost>? first, IReadOnlyList<UnitCost>? then) =>
        then is null or { Count: 0 } ? first : EndpointCosts.Over(first, [.. then]);

    /// <summary>Writes a body into a sink, if what will be sent later is the same. Returns whether it is.</summary>
    public static async ValueTask<bool> ReadBodyAsync(HttpContent content, Stream sink, CancellationToken cancellationToken)
    {
        switch (ContentReplays.Of(content, MostBuffered))
        {
            case ContentReplay.Replayable:
                break;
            case ContentReplay.AfterBuffering:
                await content.LoadIntoBufferAsync(MostBuffered, cancellationToken).ConfigureAwait(false);
                break;
            default:
                return false;
        }

        await content.CopyToAsync(sink, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Two estimators know something of one request: both watch its response, and the first one's word counts.</summary>
    private sealed class TwoEstimates(CostEstimate first, CostEstimate second) : CostEstimate(EndpointCosts.Over(first.Costs, [.. second.Costs]))
    {
        public override IUsageReader? Watch(HttpResponseMessage response, string? key) =>
            (first.Watch(response, key), second.Watch(response, key)) switch
            {
                ({ } one, { } other) => new TwoReaders(one, other),
                var (one, other) => one ?? other,
            };
    }

    private sealed class TwoReaders(IUsageReader first, IUsageReader second) : IUsageReader
    {
        public void Read(ReadOnlySpan<byte> bytes)
        {
            first.Read(bytes);
            second.Read(bytes);
        }

        public IReadOnlyList<UnitCost>? End(bool isComplete)
        {
            var (one, other) = (first.End(isComplete), second.End(isComplete));
            return other is null ? one : EndpointCosts.Over(one, [.. other]);
        }
    }
}
