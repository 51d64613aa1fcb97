namespace Quickstart.Upstreams.Models;

/// <summary>
/// An upstream that enforces one limit to the letter and keeps books about it. No clock and no lock of its own: arrivals are handed in, in the order of their time,
/// so that a test can replay any history.
/// </summary>
internal abstract class UpstreamModel
{
    /// <summary>When the first request came, admitted or not. The measured time begins here, so that the client's start-up is nobody's loss.</summary>
    protected ArrivalTime? FirstArrival { get; private set; }

    /// <summary>How many requests were refused.</summary>
    protected long Refused { get; private set; }

    /// <summary>A request arrives. True: admitted. False: 429.</summary>
    public bool Arrive(ArrivalTime now)
    {
        FirstArrival ??= now;
        if (TryAdmit(now))
            return true;
        Refused++;
        return false;
    }

    /// <summary>The work of an admitted request has ended.</summary>
    public virtual void Depart(ArrivalTime now)
    {
    }

    /// <summary>What a 429 at this moment says in <c>Retry-After</c>: the earliest moment at which something could be admitted if nobody else came.</summary>
    public abstract TimeSpan RetryAfter(ArrivalTime now);

    /// <summary>The books, if the measured time ended now.</summary>
    public abstract UpstreamReport Report(ArrivalTime end);

    /// <summary>Admits the request or leaves everything as it was.</summary>
    protected abstract bool TryAdmit(ArrivalTime now);
}
