using RateLimited.Http.Admission;

namespace RateLimited.Http.Pipeline;

/// <summary>What is to be done about a request's cost when its response ends: asking what its body told, and whoever will say more.</summary>
/// <param name="Usage">Watches the body, where somebody reads usage from it.</param>
/// <param name="Settlement">The caller's word, where it will come.</param>
/// <param name="Response">The response's number in that.</param>
internal readonly record struct CostTail(UsageWatch? Usage, CostSettlement? Settlement, int Response)
{
    /// <summary>Begins with a response whose headers have come.</summary>
    public static CostTail Of(HttpResponseMessage response, AdmissionTicket ticket, ServiceLimiter limiter)
    {
        if (ticket.CostSources is not { } sources)
        {
            return default;
        }

        return new CostTail(WatchOf(response, sources.Estimate, ticket.Key?.Chosen?.Name, limiter), sources.Settlement, sources.Settlement?.Begin() ?? 0);
    }

    /// <summary>Settles the ticket by what is known and completes it. It is not touched after that.</summary>
    public void Complete(AdmissionTicket ticket, ServiceLimiter limiter, bool isComplete)
    {
        if (Usage is not null)
        {
            foreach (var cost in Usage.End(isComplete))
            {
                if (!string.IsNullOrEmpty(cost.Unit) && cost.Amount >= 0)
                {
                    ticket.Settle(cost);
                }
            }
        }

        if (Settlement is null)
        {
            ticket.Complete();
            return;
        }

        var ended = new EndedCharges(limiter, ticket);
        ticket.Complete();
        Settlement.End(Response, ended);
    }

    private static UsageWatch? WatchOf(HttpResponseMessage response, CostEstimate? estimate, string? key, ServiceLimiter limiter)
    {
        try
        {
            return estimate?.Watch(response, key) is { } reader ? new UsageWatch(reader, limiter.Telemetry) : null;
        }
#pragma warning disable CA1031 // Foreign code, and the response is the caller's: it is not lost for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            limiter.Telemetry.UsageLost(exception.GetType().Name);
            return null;
        }
    }
}
