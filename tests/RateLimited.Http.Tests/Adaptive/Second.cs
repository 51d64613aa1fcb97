using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Adaptive;

/// <summary>What happened in one second, or in several.</summary>
internal sealed class Second
{
    public long Offered { get; set; }
    public long Sent { get; set; }
    public long Succeeded { get; private set; }
    public long Throttled { get; private set; }
    public long Faulted { get; private set; }
    public double Latency { get; private set; }

    /// <summary>The limit at its end.</summary>
    public long Limit { get; set; }

    public double MeanLatency => Latency / Math.Max(Succeeded, 1);

    public double ThrottledShare => (double)Throttled / Math.Max(Sent, 1);

    public void Count(UpstreamAnswer answer)
    {
        Succeeded += answer.Kind == AnswerKind.Succeeded ? 1 : 0;
        Throttled += answer.Kind == AnswerKind.Throttled ? 1 : 0;
        Faulted += answer.Kind == AnswerKind.Faulted ? 1 : 0;
        Latency += answer.Kind == AnswerKind.Succeeded ? answer.After : 0;
    }

    public void Add(Second other)
    {
        Offered += other.Offered;
        Sent += other.Sent;
        Succeeded += other.Succeeded;
        Throttled += other.Throttled;
        Faulted += other.Faulted;
        Latency += other.Latency;
        Limit = other.Limit;
    }
}
