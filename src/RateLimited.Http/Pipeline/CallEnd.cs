using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>What ended a request before it was answered.</summary>
internal enum CallEnding
{
    /// <summary>Nothing has.</summary>
    None,

    /// <summary>Its caller gave it up.</summary>
    Caller,

    /// <summary>All its time is over.</summary>
    TotalTimeout,

    /// <summary>The time of the present attempt is over.</summary>
    AttemptTimeout,

    /// <summary>Nothing has, and nothing will: it was answered, or it failed.</summary>
    Closed,
}

/// <summary>
/// Ends a request in time, by one token for its caller, its total time and its present attempt. There is no timer before something waits, and the clock is read for it only if nobody else
/// has just read it, so that a request that is answered at once pays for one small object. It is made for one request and never used again: a handler further in that keeps the token keeps
/// one that nobody else's timeout cancels. Thread-safe: what waits may go on before whoever began it has said that it waits.
/// </summary>
/// <param name="service">Whose clock counts.</param>
/// <param name="total">How long the request may take from the first reading on, in ticks, or <see cref="LimitRule.Never"/>.</param>
internal sealed class CallEnd(ServiceResilience service, long total) : CancellationTokenSource
{
    private const long Unread = -1;

    private CallWatch? _watch;

    // Below zero it has not begun: the total time in the way of ~total. Then its end.
    private long _due = ~total;
    private long _seen = Unread;

    /// <summary>When its total time is over, in ticks of the service's clock, or never.</summary>
    public long Deadline
    {
        get
        {
            if (Volatile.Read(ref _due) < 0)
            {
                See(service.Now);
            }

            return Volatile.Read(ref _due);
        }
    }

    /// <summary>The present, as of the last reading. Whoever has waited and hands the request on has read it anew.</summary>
    public long Now
    {
        get
        {
            var seen = Volatile.Read(ref _seen);
            if (seen == Unread)
            {
                seen = service.Now;
                See(seen);
            }

            return seen;
        }
    }

    /// <summary>How long is left of the total time, in ticks. Without the clock where it has not begun.</summary>
    public long Left
    {
        get
        {
            var due = Volatile.Read(ref _due);
            return due < 0 ? ~due : due == LimitRule.Never ? due : Math.Max(due - service.Now, 0);
        }
    }

    public CallEnding Ending => Volatile.Read(ref _watch)?.Ending ?? CallEnding.None;

    /// <summary>Somebody has read the clock. The first to do so says when the total time begins: what was done before that did not wait.</summary>
    public void See(long now)
    {
        var due = Volatile.Read(ref _due);
        if (due < 0)
        {
            Interlocked.CompareExchange(ref _due, ~due == LimitRule.Never ? LimitRule.Never : Saturating.Add(~due, now), due);
        }

        Volatile.Write(ref _seen, now);
    }

    /// <summary>Ends the request too when its caller gives it up.</summary>
    public void Follow(CancellationToken caller)
    {
        if (caller.CanBeCanceled)
        {
            WatchOf().Follow(caller);
        }
    }

    /// <summary>Something waits: from now on there is a timer, if there is a deadline.</summary>
    public void Watch() => WatchOf().Watch(Deadline);

    /// <summary>An attempt waits that may take until an instant.</summary>
    public void WatchAttempt(long until) => WatchOf().WatchAttempt(Deadline, until);

    /// <summary>The attempt has been answered. Returns false where its time was over first: then it has not.</summary>
    public bool EndAttempt() => Volatile.Read(ref _watch)?.EndAttempt() ?? true;

    /// <summary>The request has ended: nothing cancels the token any more.</summary>
    public void Close()
    {
        // What has neither timer nor registration needs no disposal.
        if (Volatile.Read(ref _watch)?.Close() == true)
        {
            Dispose();
        }
    }

    private CallWatch WatchOf() => Volatile.Read(ref _watch) ?? Make();

    private CallWatch Make()
    {
        var made = new CallWatch(this, service);
        return Interlocked.CompareExchange(ref _watch, made, comparand: null) ?? made;
    }
}
