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
/// one that nobody else's timeout cancels. One flow uses it, its caller's token and its timer beside that.
/// </summary>
/// <param name="service">Whose clock counts.</param>
/// <param name="total">How long the request may take from the first reading on, in ticks, or <see cref="LimitRule.Never"/>.</param>
internal sealed class CallEnd(ServiceResilience service, long total) : CancellationTokenSource
{
    private const long NotBegun = -2;
    private const long Stale = -1;

    private CallWatch? _watch;

    // The total time until it begins, and then its end.
    private long _due = total;
    private long _seen = NotBegun;

    /// <summary>When its total time is over, in ticks of the service's clock, or never.</summary>
    public long Deadline
    {
        get
        {
            if (_seen == NotBegun)
            {
                See(service.Now);
            }

            return _due;
        }
    }

    /// <summary>The present, as of the last reading if nothing has waited since.</summary>
    public long Now
    {
        get
        {
            if (_seen >= 0)
            {
                return _seen;
            }

            var now = service.Now;
            See(now);
            return now;
        }
    }

    /// <summary>How long is left of the total time, in ticks. Without the clock where it has not begun.</summary>
    public long Left => _due == LimitRule.Never || _seen == NotBegun ? _due : Math.Max(_due - Now, 0);

    public CallEnding Ending => _watch?.Ending ?? CallEnding.None;

    /// <summary>Somebody has read the clock. The first to do so says when the total time begins: what was done before that did not wait.</summary>
    public void See(long now)
    {
        if (_seen == NotBegun)
        {
            _due = Saturating.Add(_due, now);
        }

        _seen = now;
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
    public void Watch()
    {
        WatchOf().Watch(Deadline);
        _seen = Stale;
    }

    /// <summary>An attempt waits that may take until an instant.</summary>
    public void WatchAttempt(long until)
    {
        WatchOf().WatchAttempt(Deadline, until);
        _seen = Stale;
    }

    /// <summary>The attempt has been answered. Returns false where its time was over first: then it has not.</summary>
    public bool EndAttempt() => _watch?.EndAttempt() ?? true;

    /// <summary>The request has ended: nothing cancels the token any more.</summary>
    public void Close()
    {
        // What has neither timer nor registration needs no disposal.
        if (_watch?.Close() == true)
        {
            Dispose();
        }
    }

    private CallWatch WatchOf() => _watch ??= new CallWatch(this, service);
}
