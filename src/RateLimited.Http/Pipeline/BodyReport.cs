using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>Tells a service's circuit what became of the body of a response whose headers it took for a success.</summary>
internal sealed class BodyReport(ServiceResilience service, ResilienceRule rule, CircuitPass pass)
{
    public void Ended(BodyOutcome outcome)
    {
        if (outcome != BodyOutcome.GivenUp)
        {
            service.ReportBody(rule, pass, isWhole: outcome == BodyOutcome.Ended);
        }
    }
}
