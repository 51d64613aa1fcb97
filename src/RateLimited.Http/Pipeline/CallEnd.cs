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
/// Ends a request in time, by one token for its caller, its total time and its present attempt. There is no timer before something waits, so that a request that is answered at once pays for
/// one small object. It is made for one request and never used again: a handler further in that keeps the token keeps one that nobody else's timeout cancels. One flow uses it, its
/// caller's token and its timer beside that.
/// </summary>
/// <param name="service">Whose clock counts.</param>
/// <param name="began">When the request began, in ticks of that clock.</param>
/// <param name="deadline">When its total time is over, or never.</param>
internal sealed class CallEnd(ServiceResilience service, long began, long deadline) : CancellationTokenSource
{
    private CallWatch? _watch;

    public long Began => began;

    public long Deadline => deadline;

    /// <summary>Whether time may have passed since it began. Before that no clock need be read.</summary>
    public bool HasWaited { get; private set; }

    public CallEnding Ending => _watch?.Ending ?? CallEnding.None;

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
        HasWaited = true;
        WatchOf().Watch();
    }

    /// <summary>An attempt waits that may take until an instant.</summary>
    public void WatchAttempt(long until)
    {
        HasWaited = true;
        WatchOf().WatchAttempt(until);
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

    private CallWatch WatchOf() => _watch ??= new CallWatch(this, service, deadline);
}
